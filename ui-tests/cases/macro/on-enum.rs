use bridge32::bridge32;

/// My library.
#[bridge32(lib = "my_lib")]
pub enum MyLib {
    A,
}

fn main() {
    let _ = MyLib::A;
}
