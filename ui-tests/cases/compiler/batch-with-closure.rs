use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn visit(&self, visitor: fn(i32)) -> i32;
}

fn visit(client: &MyLibClient) {
    let _ = client.batch(|b| b.visit(|_| {}));
}

fn main() {}
