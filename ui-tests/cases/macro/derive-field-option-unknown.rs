use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Name {
    #[bridge(wide)]
    pub name: String,
}

fn main() {}
