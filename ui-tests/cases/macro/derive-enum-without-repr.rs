use bridge32::Bridge;

#[derive(Clone, Copy, Bridge)]
pub enum Color {
    Red,
}

fn main() {}
