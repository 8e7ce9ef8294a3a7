// 4 mistakes
use bridge32::bridge32;

#[bridge32(lib = "l")]
pub trait T {
    #[timeout("5")]
    fn no_unit(&self);
    #[timeout("0s")]
    fn no_time(&self);
    #[timeout("five s")]
    fn no_number(&self);
    #[timeout(5)]
    fn no_text(&self);
    #[timeout("500ms")]
    fn fine(&self);
}

fn main() {}
