use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn add(&self, a: i32, b: i32) -> i32;
    fn batch(&self, rocket: i32) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    let [sum, batch] = client.batch(|b| [b.add(1, 2), b.batch(3)])?;
    assert_eq!(sum?, batch?);
    Ok(())
}
