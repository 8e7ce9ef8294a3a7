use bridge32::{Bridge, bridge32};

#[derive(Clone, Copy, Bridge)]
#[repr(i32)]
pub enum Kind {
    #[bridge(size = 4)]
    One,
}

#[derive(Clone, Copy, Bridge)]
#[repr(C)]
pub union Value {
    pub raw: u32,
    pub kind: Kind,
}

#[bridge32(lib = "lib")]
pub trait Lib {
    fn set(&self, value: Value);
}

fn main() {}
