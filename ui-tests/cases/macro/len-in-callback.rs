use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn each(&self, f: fn(#[len(n)] values: &[i32], #[len_of(values)] n: i32));
}

fn main() {}
