use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn count(&self, #[len(until_null)] codes: &[u16]) -> i32;
}

fn main() {}
