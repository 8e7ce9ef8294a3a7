use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
#[len_of(values)]
pub struct Size {
    pub width: i32,
}

fn main() {}
