use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn values(&self) -> impl Iterator<Item = i32> {
        [1, 2].into_iter()
    }
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.values()?.count(), 2);
    Ok(())
}
