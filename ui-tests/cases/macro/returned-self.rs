use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn copy(&self) -> Self;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    let _copy = client.copy()?;
    Ok(())
}
