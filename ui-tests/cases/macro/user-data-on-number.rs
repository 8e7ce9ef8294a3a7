use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, f: fn(i32), #[user_data(f)] context: i32);
}

fn main() {}
