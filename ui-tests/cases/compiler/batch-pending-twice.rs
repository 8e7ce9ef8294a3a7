use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn add(&self, a: i32, b: i32) -> i32;
}

fn twice(client: &MyLibClient) {
    let _ = client.batch(|b| {
        let sum = b.add(1, 2);
        (sum, sum)
    });
}

fn main() {}
