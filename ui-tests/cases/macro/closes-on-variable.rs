use bridge32::{Handle, bridge32};

pub enum Database {}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[global]
    fn set_current(&self, #[closes] database: Handle<Database>);
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    client.set_current(Handle::new(1))?;
    Ok(())
}
