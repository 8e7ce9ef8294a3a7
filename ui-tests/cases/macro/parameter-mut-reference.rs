use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn next(&self, value: &mut i32) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    let mut value = 1;
    assert_eq!(client.next(&mut value)?, 2);
    Ok(())
}
