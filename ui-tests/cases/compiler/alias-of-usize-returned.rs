use bridge32::bridge32;

type Count = usize;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn count(&self) -> Count;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.count()?, 1);
    Ok(())
}
