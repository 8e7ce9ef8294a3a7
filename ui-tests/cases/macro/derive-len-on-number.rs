use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Info {
    #[len(n * 2)]
    pub data: [u8; 4],
    pub n: i32,
}

fn main() {}
