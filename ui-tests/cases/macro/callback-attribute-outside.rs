use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, #[wide] f: fn(text: &str));
}

fn main() {}
