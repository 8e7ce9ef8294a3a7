use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, f: fn(data: Vec<u8>));
}

fn main() {}
