use bridge32::bridge32;

pub enum Database {}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn open(&self, #[closes] #[out] database: bridge32::Handle<Database>) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    client.open()?;
    Ok(())
}
