use bridge32::Bridge;

#[derive(Clone, Copy, Bridge)]
#[repr(C)]
pub struct Size {
    pub width: i32,
}

#[derive(Clone, Copy, Bridge)]
#[repr(C)]
pub union Value {
    pub raw: u32,
    pub size: Size,
}

fn main() {}
