use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
#[bridge(size = 4, size = 8)]
pub struct Size {
    pub width: i32,
}

fn main() {}
