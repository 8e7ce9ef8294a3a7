use bridge32::Bridge;

#[derive(Clone, Copy, Bridge)]
pub union Number {
    pub raw: u32,
    pub f: f32,
}

fn main() {}
