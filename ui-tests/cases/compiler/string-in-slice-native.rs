use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn count(&self, texts: &[String], #[len_of(texts)] n: i32) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.count(&["a".to_owned()])?, 1);
    Ok(())
}
