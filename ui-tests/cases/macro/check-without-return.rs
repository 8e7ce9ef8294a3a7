use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[check(ret == 0)]
    fn read(&self);
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    client.read()?;
    Ok(())
}
