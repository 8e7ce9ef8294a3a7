use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Info {
    #[len(n)]
    pub data: Vec<u8>,
    #[len_of(data)]
    pub n: i32,
}

fn main() {}
