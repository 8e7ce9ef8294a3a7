use bridge32::bridge32;

#[bridge32(dotnet = "Lib", class = "Lib")]
pub trait Lib {
    fn count(&self, #[out] words: [i32; 3]);
}

fn main() {}
