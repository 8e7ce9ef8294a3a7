use bridge32::Bridge;

#[derive(Clone, Copy, Bridge)]
#[repr(i32)]
pub enum Color {
    Red,
    Other(i32),
}

fn main() {}
