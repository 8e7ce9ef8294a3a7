use bridge32::bridge32;

#[derive(serde::Serialize)]
pub struct Size {
    pub width: i32,
    pub height: i32,
}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn area(&self, size: Size) -> i32 {
        size.width * size.height
    }
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.area(Size { width: 2, height: 3 })?, 6);
    Ok(())
}
