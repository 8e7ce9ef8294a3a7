use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[len(3)]
    fn sum(&self, values: &[i32]) -> i32;
}

fn main() {}
