use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn add(&self, a: i32, #[len_of(b)] n: i32) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.add(1)?, 3);
    Ok(())
}
