use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn f(&self, #[out(pointer, cap = 3)] a: String);
}

fn main() {}
