use bridge32::bridge32;

#[bridge32(lib = "x", threads = "multi", apartment = "sta")]
pub trait X {
    fn count(&self) -> i32;
}

fn main() {}
