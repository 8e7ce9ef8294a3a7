use bridge32::bridge32;

#[bridge32(lib = "my_lib")]
pub trait MyLib {
    fn add(&self, a: usize, b: i32) -> i32;
}

struct Mock;

impl MyLib for Mock {
    fn add(&self, a: usize, b: i32) -> i32 {
        a as i32 + b
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    assert_eq!(MyLibClient::in_process(Mock).add(1, 2)?, 3);
    let client = MyLibClient::builder().library("my_lib.so").launch()?;
    assert_eq!(client.server_info().pid, client.clone().server_info().pid);
    client.shutdown()?;
    let library = unsafe { MyLibLibrary::load() }?;
    assert_eq!(library.add(1, 2), 3);
    let library: &dyn MyLib = &unsafe { MyLibLibrary::load_from("my_lib.so") }?;
    let _ = library;
    Ok(())
}
