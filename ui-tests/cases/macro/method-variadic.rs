use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn print(&self, format: &str, arguments: ...) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.print("%d")?, 2);
    Ok(())
}
