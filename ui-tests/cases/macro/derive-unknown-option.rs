use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
#[bridge(width = 4)]
pub struct Shape {
    pub n: i32,
}

fn main() {}
