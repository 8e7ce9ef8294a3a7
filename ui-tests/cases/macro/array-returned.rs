use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn origin(&self) -> [f64; 3];
}

fn main() {}
