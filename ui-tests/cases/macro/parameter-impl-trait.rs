use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn each(&self, f: impl Fn(i32)) -> i32 {
        f(1);
        1
    }
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::launch()?;
    assert_eq!(client.each(|_| {})?, 1);
    Ok(())
}
