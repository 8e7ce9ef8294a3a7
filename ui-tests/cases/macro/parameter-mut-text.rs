use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn upper(&self, text: &mut str) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    let mut text = String::from("text");
    assert_eq!(client.upper(&mut text)?, 2);
    Ok(())
}
