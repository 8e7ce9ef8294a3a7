// 2 mistakes
use bridge32::{Bridge, bridge32};

#[derive(Bridge)]
#[repr(C)]
pub struct Size {
    pub width: i32,
}

#[derive(Bridge)]
#[repr(i32)]
pub enum Kind {
    One = 1,
}

#[bridge32(lib = "lib")]
pub trait Lib {
    fn scale(&self, factor: f64) -> f64;
}

fn main() {}
