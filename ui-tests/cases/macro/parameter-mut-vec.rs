use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn data(&self, data: &mut Vec<u8>) -> i32;
}

fn main() {}
