use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, f: fn(a: bridge32::UserData, b: bridge32::UserData), context: bridge32::UserData);
}

fn main() {}
