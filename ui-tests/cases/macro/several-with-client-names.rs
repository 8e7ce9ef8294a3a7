use bridge32::bridge32;

/// The stub has the interface's `launch` and `connect`, not the client's.
#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn launch(&self, rocket: usize) -> i32;
    fn connect(&self, name: &str) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::builder().launch()?;
    assert_eq!(client.launch(1)?, client.connect("a")?);
    client.shutdown()?;
    Ok(())
}
