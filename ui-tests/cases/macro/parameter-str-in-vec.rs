use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn join(&self, texts: Vec<&str>) -> String {
        texts.join(" ")
    }
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.join(vec!["a", "b"])?, "a b");
    Ok(())
}
