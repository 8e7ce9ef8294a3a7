use bridge32::bridge32;

pub struct MyLib;

#[bridge32(lib = "my_lib")]
impl MyLib {
    pub fn add(&self, a: i32, b: i32) -> i32 {
        a + b
    }
}

fn main() {
    assert_eq!(MyLib.add(1, 2), 3);
}
