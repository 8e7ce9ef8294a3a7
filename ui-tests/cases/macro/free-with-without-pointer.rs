use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn f(&self, #[out] #[free_with("g")] a: i32);
}

fn main() {}
