// 14 mistakes
use bridge32::bridge32;

#[bridge32(lib = "", abi = "pascal", threads)]
pub trait MyLib {
    fn add(&mut self, a: usize, b: *const i32) -> &str;
    #[symbool("Sub")]
    fn subtract(&self, a: i32, (b, c): (i32, i32)) -> i32;
    async fn mean(&self, values: Vec<f64>, #[len_of(value)] n: i32) -> f64;
    fn launch(&self, rocket: String) -> Vec<i32>;
}

fn main() -> Result<(), bridge32::Error> {
    let client = MyLibClient::builder().launch()?;
    assert_eq!(client.subtract(1, (2, 3))?, 3);
    Ok(())
}
