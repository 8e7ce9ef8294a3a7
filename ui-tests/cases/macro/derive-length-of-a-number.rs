use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Shape {
    #[len_of(size)]
    pub n: i32,
    pub size: f64,
}

fn main() {}
