use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, #[registered] f: fn(i32));
}

fn main() {
    let client = XClient::launch().unwrap();
    let mut sum = 0;
    let registration = client.each(|n| sum += n).unwrap();
    drop(registration);
}
