use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn f(&self, a: &[u8], #[bytes_of(a)] #[len_of(a)] n: i32);
}

fn main() {}
