use bridge32::Bridge;

#[derive(Clone, Copy, Bridge)]
#[repr(C)]
pub union Number {
    pub raw: u32,
    #[text(cap = 4)]
    pub text: [u8; 4],
}

fn main() {}
