use bridge32::bridge32;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Size {
    pub width: i32,
    pub height: i32,
}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn size(&self) -> Size;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.size()?.width, 2);
    Ok(())
}
