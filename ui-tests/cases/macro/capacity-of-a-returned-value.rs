use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn f(&self, #[out(cap = ret)] data: Vec<u8>) -> i32;
}

fn main() {}
