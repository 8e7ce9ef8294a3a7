use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    #[free_with("a", "b", "c")]
    fn f(&self) -> String;
}

fn main() {}
