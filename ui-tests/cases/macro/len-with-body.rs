use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn sum(&self, #[len(3)] values: &[i32]) -> i32 {
        values.iter().sum()
    }
}

fn main() {}
