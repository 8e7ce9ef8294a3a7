use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn upper(&self, c: char) -> u8;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.upper('a')?, b'A');
    Ok(())
}
