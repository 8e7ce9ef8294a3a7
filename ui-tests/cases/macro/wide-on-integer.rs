use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn read(&self, #[wide] value: i32) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.read(1)?, 1);
    Ok(())
}
