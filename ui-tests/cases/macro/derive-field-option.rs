use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Size {
    #[bridge(size = 99)]
    pub width: i32,
    pub height: i32,
}

fn main() {}
