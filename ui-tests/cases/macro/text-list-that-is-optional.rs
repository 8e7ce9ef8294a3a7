use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn count(&self, words: Option<&[&str]>) -> i32;
}

fn main() {}
