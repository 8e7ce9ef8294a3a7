use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, f: fn(g: fn(i32)) -> i32);
}

fn main() {}
