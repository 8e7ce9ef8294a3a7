use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, #[abi("stdcall")] n: i32);
}

fn main() {}
