use bridge32::{Handle, bridge32};

pub enum Database {}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[check(ret.number() != 0)]
    fn open(&self) -> Handle<Database>;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    client.open()?;
    Ok(())
}
