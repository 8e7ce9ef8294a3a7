use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[free_with("give_back")]
    fn read(&self, #[out(pointer, len = n)] values: Vec<f64>, #[out] n: i32) -> i32;
}

fn main() {}
