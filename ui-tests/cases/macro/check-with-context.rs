use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[check(ret == 0 && context)]
    fn each(&self, f: fn(context: bridge32::UserData), context: bridge32::UserData) -> i32;
}

fn main() {}
