use bridge32::bridge32;

#[bridge32(lib = "x", apartment = "single")]
pub trait X {
    fn count(&self) -> i32;
}

fn main() {}
