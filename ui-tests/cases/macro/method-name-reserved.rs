use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn add(&self, a: i32, b: i32) -> i32;
    fn __bridge32_library(&self, x: i32) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.__bridge32_library(1)?, client.add(1, 2)?);
    Ok(())
}
