use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Shape {
    #[len_of(points)]
    pub n: i32,
}

fn main() {}
