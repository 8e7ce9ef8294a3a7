use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    #[returns(len = ret)]
    fn read(&self) -> Vec<i32>;
}

fn main() {}
