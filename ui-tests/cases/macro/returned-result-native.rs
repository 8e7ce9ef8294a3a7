use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn divide(&self, a: i32, b: i32) -> Result<i32, String>;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.divide(6, 2).ok(), Some(3));
    Ok(())
}
