use bridge32::{Bridge, bridge32};

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Size {
    pub width: i32,
}

#[bridge32(lib = "lib")]
pub trait Lib {
    fn each(&self, visit: fn(#[len(until_null)] all: &[Size]));
}

fn main() {}
