use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Info {
    #[wide]
    pub n: i32,
}

fn main() {}
