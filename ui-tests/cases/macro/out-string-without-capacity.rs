use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn read(&self, #[out] text: String);
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    let _ = client.read();
    Ok(())
}
