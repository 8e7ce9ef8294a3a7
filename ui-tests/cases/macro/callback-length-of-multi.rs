use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn each(&self, visit: fn(#[multi] all: &[&str], #[len_of(all)] n: i32));
}

fn main() {}
