//! The option `crate = …`, in a crate where `::bridge32` does not exist.

use std::error::Error;

#[b32::bridge32(lib = "x", crate = b32, abi = "stdcall")]
trait Library {
    fn add(&self, a: i32, b: &i32) -> i32;
    fn sum(&self, values: &[i32], #[len_of(values)] n: &u8) -> i32;
    fn name(&self, text: &str, other: Option<&str>) -> Option<String>;
    #[check(ret == 0)]
    fn close(&self, #[closes] handle: b32::Handle<Server>) -> i32;
    fn words(&self, text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }
    fn number(&self, text: &str) -> Result<i32, String> {
        text.parse().map_err(|_| text.to_owned())
    }
}

/// The crate as an absolute path, for an interface without a library.
#[b32::bridge32(crate = ::b32, args = String)]
trait Custom {
    fn greeting(&self) -> String;
}

struct Server(String);

impl Library for Server {
    fn add(&self, a: i32, b: &i32) -> i32 {
        a + b
    }
    fn sum(&self, values: &[i32]) -> i32 {
        values.iter().sum()
    }
    fn name(&self, text: &str, _: Option<&str>) -> Option<String> {
        Some(text.to_owned())
    }
    fn close(&self, _: b32::Handle<Server>) -> i32 {
        0
    }
}

impl Custom for Server {
    fn greeting(&self) -> String {
        self.0.clone()
    }
}

impl b32::Serve for Server {
    type Interface = dyn Custom;

    fn start(context: b32::ServerContext<String>) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self(context.into_args()))
    }
}

#[test]
fn the_crate_may_have_another_name() {
    let client = LibraryClient::in_process(Server(String::new()));
    assert_eq!(client.add(1, &2).unwrap(), 3);
    assert_eq!(client.sum(&[1, 2]).unwrap(), 3);
    assert_eq!(client.name("a", None).unwrap().unwrap(), "a");
    assert_eq!(client.close(b32::Handle::new(1)).unwrap(), 0);
    assert_eq!(client.words("a b").unwrap(), ["a", "b"]);
    assert_eq!(client.number("7").unwrap(), 7);
    assert!(matches!(client.number("x"), Err(b32::CallError::Method(text)) if text == "x"));
    // SAFETY: there is no such file, so nothing is loaded.
    assert!(unsafe { LibraryLibrary::load_from("/nowhere/x") }.is_err());

    let client = CustomClient::in_process(Server("hello".to_owned()));
    assert_eq!(client.greeting().unwrap(), "hello");
}
