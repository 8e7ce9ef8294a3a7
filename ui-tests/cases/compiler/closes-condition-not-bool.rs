use bridge32::{Handle, bridge32};

pub enum Database {}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn release(&self, #[closes(ret)] database: Handle<Database>) -> i32;
    fn ping(&self);
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    client.ping()?;
    Ok(())
}
