use bridge32::bridge32;

#[bridge32]
pub trait X {
    fn each(&self, #[registered] f: fn(i32)) -> Result<i32, String>;
}

fn main() {}
