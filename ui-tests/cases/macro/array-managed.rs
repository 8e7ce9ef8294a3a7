use bridge32::bridge32;

#[bridge32(dotnet = "Lib", class = "Lib")]
pub trait Lib {
    fn count(&self, words: &[i32; 3]) -> i32;
}

fn main() {}
