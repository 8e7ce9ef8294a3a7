use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn f(&self, #[fixed(b)] a: i32, #[out] b: i32);
}

fn main() {}
