// 2 mistakes
use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Info {
    #[text]
    pub a: String,
    #[text(len = 8)]
    pub b: String,
}

fn main() {}
