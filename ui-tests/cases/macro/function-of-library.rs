use bridge32::{Address, bridge32};

#[bridge32(lib = "lib")]
pub trait Lib {
    #[function(self.g())]
    #[library("h")]
    fn f(&self) -> i32;
    fn g(&self) -> Address;
}

fn main() {}
