use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Info {
    pub data: Vec<u8>,
    #[len_of(data)]
    #[fixed(4)]
    pub n: i32,
}

fn main() {}
