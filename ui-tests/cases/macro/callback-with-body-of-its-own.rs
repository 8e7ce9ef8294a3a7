use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    #[callback]
    fn f(a: i32) -> i32 {
        a
    }
}

fn main() {}
