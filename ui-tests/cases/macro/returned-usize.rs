use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn count(&self) -> usize;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.count()?, 3);
    Ok(())
}
