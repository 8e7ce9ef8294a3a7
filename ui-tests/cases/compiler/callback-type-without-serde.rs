use bridge32::bridge32;

pub struct Point;

#[bridge32]
pub trait X {
    fn each(&self, f: fn(point: Point));
}

fn main() {}
