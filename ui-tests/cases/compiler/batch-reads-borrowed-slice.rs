use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn fill(&self, values: &mut [f64], #[len_of(values)] n: i32);
}

fn fill(client: &MyLibClient) {
    let mut values = [0.0; 3];
    let _ = client.batch(|b| {
        let filled = b.fill(&mut values);
        assert_eq!(values[0], 0.0);
        filled
    });
}

fn main() {}
