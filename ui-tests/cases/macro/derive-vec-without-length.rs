use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Shape {
    pub points: Vec<f64>,
}

fn main() {}
