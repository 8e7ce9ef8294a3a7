use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    #[multi]
    #[returns(len = 3)]
    fn f(&self) -> Vec<String>;
}

fn main() {}
