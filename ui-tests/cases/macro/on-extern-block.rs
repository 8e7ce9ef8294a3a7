use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
unsafe extern "C" {
    safe fn add(a: i32, b: i32) -> i32;
}

fn main() {
    assert_eq!(add(1, 2), 3);
}
