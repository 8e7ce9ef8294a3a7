use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn read(&self, values: &mut [i16], #[len_of(values)] n: &mut u32) -> i32;
}

fn main() {}
