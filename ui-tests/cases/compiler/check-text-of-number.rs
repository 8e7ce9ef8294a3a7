use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    #[check(ret == 0, text = self.g())]
    fn f(&self) -> i32;
    fn g(&self) -> i32;
}

fn main() {}
