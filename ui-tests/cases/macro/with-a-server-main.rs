#[bridge32::bridge32(lib = "my_lib")]
pub trait MyLib {
    fn add(&self, a: usize, b: i32) -> i32;
}

bridge32::server_main!(MyLibLibrary);
