use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[check(ret)]
    fn start(&self) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    MyLibClient::launch()?.start()?;
    Ok(())
}
