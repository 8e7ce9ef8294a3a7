use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn read(&self, #[out(cap = 8, len = values[0])] values: Vec<i32>);
}

fn main() {}
