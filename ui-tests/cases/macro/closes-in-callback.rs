use bridge32::bridge32;

pub enum Database {}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn each(&self, found: fn(#[closes] database: bridge32::Handle<Database>));
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    client.each(|database: bridge32::Handle<Database>| drop(database.number()))?;
    Ok(())
}
