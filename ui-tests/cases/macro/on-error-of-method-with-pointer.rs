use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[on_error(7)]
    fn name(&self) -> String;
    fn ping(&self);
}

fn main() -> Result<(), bridge32::Error> {
    MyLibClient::launch()?.ping()?;
    Ok(())
}
