use bridge32::bridge32;

#[derive(Clone)]
pub struct Size {
    pub width: i32,
}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn area(&self, sizes: &[Size], #[len_of(sizes)] count: i32) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.area(&[Size { width: 1 }])?, 1);
    Ok(())
}
