use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn words(&self, visit: fn(word: &str, #[len_of(word)] n: i32));
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    client.words(|_word: &str| ())?;
    Ok(())
}
