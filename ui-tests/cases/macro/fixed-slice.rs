use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn f(&self, #[fixed(&[1, 2])] n: &[i32]);
}

fn main() {}
