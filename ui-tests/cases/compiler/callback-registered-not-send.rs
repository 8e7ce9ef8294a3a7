use std::cell::Cell;
use std::rc::Rc;

use bridge32::bridge32;

#[bridge32(lib = "x")]
pub trait X {
    fn each(&self, #[registered] f: fn(i32));
}

fn main() {
    let client = XClient::launch().unwrap();
    let sum = Rc::new(Cell::new(0));
    let registration = client.each(move |n| sum.set(n)).unwrap();
    drop(registration);
}
