use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    #[function(a)]
    fn f(&self, #[out] a: u32) -> i32;
}

fn main() {}
