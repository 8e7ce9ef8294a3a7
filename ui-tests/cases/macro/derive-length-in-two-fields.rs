use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Info {
    pub data: Vec<u8>,
    #[len_of(data)]
    pub n: i32,
    #[len_of(data)]
    pub m: i32,
}

fn main() {}
