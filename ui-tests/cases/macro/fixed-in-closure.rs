use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn f(&self, g: fn(#[fixed(1)] a: i32));
}

fn main() {}
