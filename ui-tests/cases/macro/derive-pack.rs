// 4 mistakes
use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
#[bridge(pack = 3)]
pub struct Odd {
    pub width: i32,
}

#[derive(Clone, Copy, Bridge)]
#[repr(C, packed)]
#[bridge(pack = 1)]
pub struct Twice {
    pub width: i32,
}

#[derive(Clone, Copy, Bridge)]
#[repr(i32)]
#[bridge(pack = 1)]
pub enum Color {
    Red,
}

#[derive(Clone, Bridge)]
#[repr(C)]
#[bridge(pack = 1, pack = 2)]
pub struct Pair {
    pub width: i32,
}

fn main() {}
