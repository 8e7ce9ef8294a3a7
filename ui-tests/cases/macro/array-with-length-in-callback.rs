use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn each(&self, visit: fn(row: &[f64; 3], #[len_of(row)] n: i32));
}

fn main() {}
