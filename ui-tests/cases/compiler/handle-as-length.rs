use bridge32::{Handle, bridge32};

pub enum Database {}

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn sum(&self, values: &[i32], #[len_of(values)] n: Handle<Database>) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.sum(&[1])?, 1);
    Ok(())
}
