use bridge32::bridge32;

/// My library.
#[bridge32(lib = "my_lib")]
pub struct MyLib {
    pub a: i32,
}

fn main() {
    let _ = MyLib { a: 1 };
}
