use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, f: fn(a: i32, a: i32));
}

fn main() {}
