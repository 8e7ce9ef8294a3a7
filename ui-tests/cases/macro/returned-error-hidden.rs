use bridge32::bridge32;

use std::io;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn size(&self, path: &str) -> io::Result<u64> {
        Ok(std::fs::metadata(path)?.len())
    }
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.size("text").ok(), Some(3));
    Ok(())
}
