use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn length(&self, text: str) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.length("text")?, 4);
    Ok(())
}
