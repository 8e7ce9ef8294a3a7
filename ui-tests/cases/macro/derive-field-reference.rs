// 3 mistakes
use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Info {
    pub name: &'static str,
    pub f: fn(i32),
    pub all: [[*mut u8; 2]; 2],
}

fn main() {}
