use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn sum(&self, values: Vec<usize>) -> i32 {
        values.len() as i32
    }
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.sum(vec![1, 2])?, 2);
    Ok(())
}
