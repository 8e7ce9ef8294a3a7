use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Info {
    #[fixed]
    pub size: u32,
}

fn main() {}
