use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    #[allow(unused)] fn each(&self, #[registered] n: i32);
}

fn main() {}
