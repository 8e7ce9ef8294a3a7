use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, f: fn(bridge32::UserData), g: fn(context: bridge32::UserData), #[user_data(f)] context: bridge32::UserData);
}

fn main() {}
