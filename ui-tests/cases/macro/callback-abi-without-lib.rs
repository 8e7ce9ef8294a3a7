use bridge32::bridge32;

#[bridge32]
pub trait X {
    fn each(&self, #[abi("stdcall")] f: fn(i32));
}

fn main() {}
