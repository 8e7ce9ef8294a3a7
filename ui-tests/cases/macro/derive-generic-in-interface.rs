use bridge32::{Bridge, bridge32};

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Size<T> {
    pub width: T,
}

#[bridge32(lib = "lib")]
pub trait Lib {
    fn area(&self, size: Size<i32>, sizes: &[Size<f64>]) -> Size<u8>;
}

fn main() {}
