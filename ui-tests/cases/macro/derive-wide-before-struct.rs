use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
#[wide]
pub struct Info {
    pub name: String,
}

fn main() {}
