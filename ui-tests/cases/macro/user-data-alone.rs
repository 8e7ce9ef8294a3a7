use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, context: bridge32::UserData);
}

fn main() {}
