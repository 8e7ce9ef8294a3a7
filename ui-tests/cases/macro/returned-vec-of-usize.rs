use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn counts(&self) -> Vec<usize> {
        vec![1, 2]
    }
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.counts()?, [1, 2]);
    Ok(())
}
