use bridge32::bridge32;

pub struct Size {
    pub width: i32,
    pub height: i32,
}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn sizes(&self) -> Vec<Size> {
        vec![Size { width: 2, height: 3 }]
    }
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.sizes()?[0].width, 2);
    Ok(())
}
