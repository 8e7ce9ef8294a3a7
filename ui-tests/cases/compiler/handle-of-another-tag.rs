use bridge32::{Handle, bridge32};

pub enum Database {}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn open(&self) -> Handle<Database>;
    fn step(&self, statement: Handle<u8>);
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    client.step(client.open()?)?;
    Ok(())
}
