use bridge32::bridge32;

pub struct Size {
    pub width: i32,
    pub height: i32,
}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn check(&self, width: i32) -> Result<i32, Size> {
        if width > 0 { Ok(width) } else { Err(Size { width, height: 0 }) }
    }
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.check(1).ok(), Some(1));
    Ok(())
}
