use bridge32::Bridge;

#[allow(non_camel_case_types)]
type usize_like = u32;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Info {
    #[len(data.len() + n)]
    pub data: Vec<u8>,
    pub n: usize_like,
}

fn main() {}
