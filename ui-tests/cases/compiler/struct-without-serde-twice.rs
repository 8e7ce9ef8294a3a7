// 3 mistakes
use bridge32::bridge32;

pub struct Size {
    pub width: i32,
    pub height: i32,
}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn area(&self, size: Size) -> i32 {
        size.width * size.height
    }

    fn half(&self, size: Size) -> Size {
        Size { width: size.width / 2, height: size.height / 2 }
    }
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.area(client.half(Size { width: 4, height: 6 })?)?, 6);
    Ok(())
}
