use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    #[callback]
    #[symbol("g")]
    fn f(a: i32) -> i32;
}

fn main() {}
