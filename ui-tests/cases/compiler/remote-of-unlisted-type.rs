use bridge32::{Address, Bridge, RemoteBuffer, bridge32};

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Point {
    x: f64,
    y: f64,
}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn keep(&self, points: Address, n: i32);
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    let points = RemoteBuffer::<Point>::allocate(&client, 10)?;
    client.keep(points.address(), 10)?;
    Ok(())
}
