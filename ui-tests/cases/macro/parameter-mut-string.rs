use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn name(&self, name: &mut String) -> i32;
}

fn main() {}
