use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, f: fn(bridge32::UserData), a: bridge32::UserData, b: bridge32::UserData);
}

fn main() {}
