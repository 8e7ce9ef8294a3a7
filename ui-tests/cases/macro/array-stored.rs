use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn dump(&self, #[out(pointer)] memory: [u8; 16]);
}

fn main() {}
