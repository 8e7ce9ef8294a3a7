use bridge32::{Handle, bridge32};

pub enum Unit {}

#[bridge32(lib = "lib")]
pub trait Lib {
    fn open(&self, unit: Handle<Unit, f32>) -> i32;
}

fn main() {}
