use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn sum(&self, values: &[i32], #[len_of(values, values)] n: i32) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.sum(&[1, 2])?, 3);
    Ok(())
}
