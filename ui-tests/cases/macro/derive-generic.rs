use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Size<T> {
    pub width: T,
}

fn main() {}
