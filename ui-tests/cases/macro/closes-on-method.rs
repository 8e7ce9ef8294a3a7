use bridge32::{Handle, bridge32};

pub enum Database {}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[closes]
    fn close(&self, database: Handle<Database>);
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    client.close(Handle::new(1))?;
    Ok(())
}
