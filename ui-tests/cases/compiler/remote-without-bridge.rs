use bridge32::{Address, RemoteBuffer, bridge32};

pub struct Point {
    pub x: f64,
    pub y: f64,
}

#[bridge32(lib = "my_lib", remote = [Point])]
pub trait MyLib {
    fn keep(&self, points: Address, n: i32);
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    let points = RemoteBuffer::<f64>::allocate(&client, 10)?;
    client.keep(points.address(), 10)?;
    Ok(())
}
