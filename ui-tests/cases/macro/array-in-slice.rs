use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn area(&self, points: &[[f64; 2]], #[len_of(points)] n: i32) -> f64;
}

fn main() {}
