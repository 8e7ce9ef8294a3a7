use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Two {
    pub a: Vec<u8>,
    #[len_of(a)]
    #[len_of(a)]
    pub n: i32,
}

fn main() {}
