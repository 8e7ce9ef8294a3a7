use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn f(&self, #[multi] a: i32);
}

fn main() {}
