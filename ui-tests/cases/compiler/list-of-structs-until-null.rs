use bridge32::{Bridge, bridge32};

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Pair {
    a: i32,
    b: i32,
}

#[bridge32(lib = "lib")]
pub trait Lib {
    #[returns(len = until_null)]
    fn f(&self) -> Vec<Pair>;
}

fn main() {}
