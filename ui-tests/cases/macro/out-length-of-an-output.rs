use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn read(&self, #[out(len = count)] values: Vec<i32>, #[out] count: i32);
}

fn main() {}
