use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn each(&self, #[len(3)] f: fn(value: i32));
}

fn main() {}
