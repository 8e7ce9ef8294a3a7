use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn each(&self, visit: fn(#[len(until_null)] all: i32));
}

fn main() {}
