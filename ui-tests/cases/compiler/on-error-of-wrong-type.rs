use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn each(&self, #[on_error("none")] found: fn(i32) -> i32);
    fn ping(&self);
}

fn main() -> Result<(), bridge32::Error> {
    MyLibClient::launch()?.ping()?;
    Ok(())
}
