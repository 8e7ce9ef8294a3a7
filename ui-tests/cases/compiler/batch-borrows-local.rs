use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn fill(&self, values: &mut [f64], #[len_of(values)] n: i32);
}

fn fill(client: &MyLibClient) {
    let _ = client.batch(|b| {
        let mut values = [0.0; 3];
        b.fill(&mut values)
    });
}

fn main() {}
