use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Info {
    #[text(cap = 8)]
    #[wide]
    pub name: [u8; 8],
}

fn main() {}
