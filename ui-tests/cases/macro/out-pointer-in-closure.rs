use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn f(&self, g: fn(#[out(pointer)] a: String));
}

fn main() {}
