use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, f: fn(#[out(cap = 8, len = n)] data: Vec<u8>, #[out] n: i32));
}

fn main() {}
