use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(i32)]
pub enum Color {
    #[bridge(rename = "rot")]
    Red,
}

fn main() {}
