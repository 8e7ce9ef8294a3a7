use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn name(&self) -> &str;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.name()?, "name");
    Ok(())
}
