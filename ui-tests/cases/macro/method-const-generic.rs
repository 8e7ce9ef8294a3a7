use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn sum<const N: usize>(&self, values: &[i32; N]) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.sum(&[1, 2])?, 3);
    Ok(())
}
