use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn count(&self, words: &[&str; 3]) -> i32;
}

fn main() {}
