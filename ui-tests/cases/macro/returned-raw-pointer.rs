use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn name(&self) -> *const u8;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert!(!client.name()?.is_null());
    Ok(())
}
