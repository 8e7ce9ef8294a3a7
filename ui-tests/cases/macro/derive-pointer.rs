use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Shape {
    pub n: *const i32,
}

fn main() {}
