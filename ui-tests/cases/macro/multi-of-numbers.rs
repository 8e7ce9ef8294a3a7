use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn f(&self, #[multi] #[out(pointer)] a: Vec<i32>);
}

fn main() {}
