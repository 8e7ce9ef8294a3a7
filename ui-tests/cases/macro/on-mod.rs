use bridge32::bridge32;

/// My library.
#[bridge32(lib = "my_lib")]
pub mod my_lib {
    pub const A: i32 = 1;
}

fn main() {
    let _ = my_lib::A;
}
