use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn values(&self) -> Vec<i32>;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.values()?, [1, 2]);
    Ok(())
}
