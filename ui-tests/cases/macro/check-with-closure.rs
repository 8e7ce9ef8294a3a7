use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[check(f.is_none() || ret == 0)]
    fn each(&self, f: Option<fn()>) -> i32;
}

fn main() {}
