use bridge32::{Address, bridge32};

#[bridge32(lib = "lib")]
pub trait Lib {
    #[vtable(70000)]
    fn f(&self, this: Address) -> i32;
}

fn main() {}
