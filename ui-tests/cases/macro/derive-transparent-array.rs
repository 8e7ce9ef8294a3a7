use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(transparent)]
pub struct Info {
    pub data: Vec<u8>,
}

fn main() {}
