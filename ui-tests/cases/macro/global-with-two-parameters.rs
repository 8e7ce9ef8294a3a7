use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[global]
    fn level(&self, a: i32, b: i32);
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    client.level(1, 2)?;
    Ok(())
}
