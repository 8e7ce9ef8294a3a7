use bridge32::Bridge;

#[derive(Clone, Bridge)]
pub struct Size {
    pub width: i32,
}

fn main() {}
