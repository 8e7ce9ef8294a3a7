use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn count(&self, values: &[bool], #[len_of(values)] n: i32) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.count(&[true, false])?, 1);
    Ok(())
}
