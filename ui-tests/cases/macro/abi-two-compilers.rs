use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[abi("msvc", "stdcall", "gnu")]
    fn add(&self, a: i32, b: i32) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.add(1, 2)?, 3);
    Ok(())
}
