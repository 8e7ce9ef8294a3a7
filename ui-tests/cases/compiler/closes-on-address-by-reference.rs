use bridge32::{Address, bridge32};

pub enum Database {}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn close(&self, #[closes] database: &mut Address);
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    client.close(&mut Address::new(1))?;
    Ok(())
}
