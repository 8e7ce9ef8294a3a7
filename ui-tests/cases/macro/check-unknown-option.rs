use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    #[check(ret == 0, message = self.g())]
    fn f(&self) -> i32;
    fn g(&self) -> String;
}

fn main() {}
