use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn add(&self, a: i32, b: i32) -> i32;
}

fn sum(client: &MyLibClient) {
    let _ = client.batch(|b| {
        drop(b.add(1, 2));
        "done"
    });
}

fn main() {}
