use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn sum(&self, #[len(count)] values: &[i32], #[out] count: i32) -> i32;
}

fn main() {}
