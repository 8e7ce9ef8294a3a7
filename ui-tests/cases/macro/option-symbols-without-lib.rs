use bridge32::bridge32;

#[bridge32(symbols = "global")]
pub trait Lib {
    fn f(&self);
}

fn main() {}
