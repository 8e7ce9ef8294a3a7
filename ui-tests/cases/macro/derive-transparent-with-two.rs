use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(transparent)]
pub struct Shape {
    pub n: i32,
    pub nothing: (),
}

fn main() {}
