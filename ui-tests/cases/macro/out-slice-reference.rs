use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn read(&self, #[out] values: &mut [f64]);
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    let _ = client.read();
    Ok(())
}
