use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn digest(&self, #[out(len = 16)] digest: [u8; 16]);
}

fn main() {}
