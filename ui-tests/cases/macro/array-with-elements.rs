use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn norm(&self, #[len(3)] vector: &[f64; 3]) -> f64;
}

fn main() {}
