use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn norm(&self, vector: &[f64; 3], #[len_of(vector)] n: i32) -> f64;
}

fn main() {}
