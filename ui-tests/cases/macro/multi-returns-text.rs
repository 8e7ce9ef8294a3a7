use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    #[multi]
    fn f(&self) -> String;
}

fn main() {}
