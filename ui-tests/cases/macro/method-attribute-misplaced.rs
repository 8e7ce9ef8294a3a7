use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[len_of(values)]
    fn sum(&self, values: &[i32], n: i32) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.sum(&[1, 2], 2)?, 3);
    Ok(())
}
