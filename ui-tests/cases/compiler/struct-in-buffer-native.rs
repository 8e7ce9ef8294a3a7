use bridge32::bridge32;

#[derive(Clone)]
pub struct Size {
    pub width: i32,
}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn area(&self, #[out(len = 3)] sizes: Vec<Size>) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.area()?.0, 1);
    Ok(())
}
