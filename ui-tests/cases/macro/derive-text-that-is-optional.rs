use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Info {
    #[text(cap = 8)]
    pub name: Option<String>,
}

fn main() {}
