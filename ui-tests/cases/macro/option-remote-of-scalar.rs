// 2 mistakes
use bridge32::{Bridge, bridge32};

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Sample {
    pub value: f64,
}

#[bridge32(lib = "my_lib", remote = [Sample, u8, bridge32::Size])]
pub trait MyLib {}

fn main() {}
