use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn each(&self, #[closes] found: fn(i32));
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    client.each(|_: i32| {})?;
    Ok(())
}
