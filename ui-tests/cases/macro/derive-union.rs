use bridge32::Bridge;

#[derive(Clone, Copy, Bridge)]
#[repr(C)]
pub union Size {
    pub width: i32,
    pub height: f32,
}

fn main() {}
