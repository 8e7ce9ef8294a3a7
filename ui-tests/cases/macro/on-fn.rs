use bridge32::bridge32;

/// My library.
#[bridge32(lib = "my_lib")]
pub fn my_lib() {}

fn main() {
    my_lib();
}
