use std::cell::Cell;

use bridge32::bridge32;

#[bridge32(threads = "multi")]
pub trait X {
    fn count(&self) -> i32;
}

struct Mock(Cell<i32>);

impl X for Mock {
    fn count(&self) -> i32 {
        self.0.get()
    }
}

fn main() {
    let client = XClient::in_process(Mock(Cell::new(1)));
    client.count().unwrap();
}
