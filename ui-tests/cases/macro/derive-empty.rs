use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Shape {}

fn main() {}
