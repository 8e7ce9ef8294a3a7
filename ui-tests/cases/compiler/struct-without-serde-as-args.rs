use bridge32::bridge32;

#[derive(serde::Serialize)]
pub struct Size {
    pub width: i32,
    pub height: i32,
}

#[bridge32(args = Size)]
pub trait MyLib {
    fn add(&self, a: i32, b: i32) -> i32 {
        a + b
    }
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.add(1, 2)?, 3);
    Ok(())
}
