use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn read(&self, #[out(cap = *n)] values: Vec<i16>, #[len_of(values)] n: &mut u32) -> i32;
}

fn main() {}
