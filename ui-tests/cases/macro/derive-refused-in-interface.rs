use bridge32::{Bridge, bridge32};

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Info {
    #[wide]
    pub n: i32,
}

#[bridge32(lib = "info")]
pub trait Lib {
    fn by_value(&self, info: Info) -> Info;
    fn by_reference(&self, info: &mut Info, #[out] other: Info);
    fn several(&self, all: &[Info]);
}

fn main() {}
