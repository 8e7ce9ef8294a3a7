use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    #[vtable(3)]
    fn f(&self) -> i32;
}

fn main() {}
