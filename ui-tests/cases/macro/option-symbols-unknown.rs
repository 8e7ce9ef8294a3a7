use bridge32::bridge32;

#[bridge32(lib = "lib", symbols = "public")]
pub trait Lib {
    fn f(&self);
}

fn main() {}
