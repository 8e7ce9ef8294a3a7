use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[on_error(last)]
    fn next(&self, last: i32) -> i32;
    fn ping(&self);
}

fn main() -> Result<(), bridge32::Error> {
    MyLibClient::launch()?.ping()?;
    Ok(())
}
