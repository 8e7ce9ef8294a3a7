use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn each(&self, make: fn(n: i32) -> [u8; 4]);
}

fn main() {}
