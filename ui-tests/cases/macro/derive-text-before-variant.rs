use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(i32)]
pub enum Kind {
    #[text(cap = 8)]
    First,
}

fn main() {}
