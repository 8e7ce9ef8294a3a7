use bridge32::bridge32;

#[bridge32]
pub trait Lib {
    #[callback]
    fn f(a: i32) -> i32;
}

fn main() {}
