use bridge32::{Handle, bridge32};

pub enum Database {}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn close(&self, #[closes] all: &[Handle<Database>], #[len_of(all)] n: i32);
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    client.close(&[])?;
    Ok(())
}
