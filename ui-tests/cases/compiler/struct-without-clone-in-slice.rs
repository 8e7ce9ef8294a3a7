use bridge32::bridge32;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Size {
    pub width: i32,
    pub height: i32,
}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn area(&self, sizes: &[Size]) -> i32 {
        sizes.iter().map(|size| size.width * size.height).sum()
    }
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.area(&[Size { width: 2, height: 3 }])?, 6);
    Ok(())
}
