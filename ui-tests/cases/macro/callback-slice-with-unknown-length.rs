use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, f: fn(data: &[u8], #[len_of(dat)] n: i32));
}

fn main() {}
