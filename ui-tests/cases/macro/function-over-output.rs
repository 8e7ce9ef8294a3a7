use bridge32::{Address, bridge32};

#[bridge32(lib = "lib")]
pub trait Lib {
    #[function(a)]
    fn f(&self, #[out] a: Address) -> i32;
}

fn main() {}
