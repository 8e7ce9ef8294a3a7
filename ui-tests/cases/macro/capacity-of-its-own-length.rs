use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn read(&self, #[out(cap = 2 * n)] values: Vec<i32>, #[len_of(values)] n: i32);
}

fn main() {}
