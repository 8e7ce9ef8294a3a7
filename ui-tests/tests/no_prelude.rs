//! Generated code uses absolute paths only, so it compiles without a prelude.
#![no_implicit_prelude]

use ::bridge32::bridge32;
use ::std::primitive::{f64, i32, str};
use ::std::string::String;
use ::std::{assert_eq, vec};

#[bridge32(lib = "my_lib", abi = "stdcall", server = "my-server32")]
trait MyLib {
    fn add(&self, a: i32, b: &i32) -> i32;
    fn mean(&self, values: &[f64], #[len_of(values)] n: &i32) -> f64;
    #[symbol("Name")]
    #[abi("C")]
    #[optional]
    fn name(&self, text: &str, other: ::std::option::Option<&str>) -> String;
    fn none(&self);
    fn close(&self, #[closes] handle: ::std::option::Option<::bridge32::Handle<Mock>>) -> i32;
    fn sums(&self, values: ::std::vec::Vec<i32>) -> ::std::vec::Vec<i32> {
        vec![self.add(1, &2), values[0]]
    }
    fn checked(&self, text: String) -> ::std::result::Result<i32, String> {
        ::std::result::Result::Err(text)
    }
}

struct Mock;

impl MyLib for Mock {
    fn add(&self, a: i32, b: &i32) -> i32 {
        a + *b
    }
    fn mean(&self, values: &[f64]) -> f64 {
        values[0]
    }
    fn name(&self, text: &str, other: ::std::option::Option<&str>) -> String {
        ::std::format!("{text} {other:?}")
    }
    fn none(&self) {}
    fn close(&self, _: ::std::option::Option<::bridge32::Handle<Mock>>) -> i32 {
        3
    }
}

#[test]
fn no_prelude_is_needed() {
    let client = MyLibClient::in_process(Mock);
    assert_eq!(client.add(1, &2).unwrap(), 3);
    assert_eq!(client.mean(&[1.5]).unwrap(), 1.5);
    assert_eq!(client.name("a", ::std::option::Option::None).unwrap(), "a None");
    client.none().unwrap();
    assert_eq!(client.close(::std::option::Option::None).unwrap(), 3);
    assert_eq!(client.sums(vec![4]).unwrap(), [3, 4]);
    let error = client.checked(::std::convert::From::from("no")).unwrap_err();
    ::std::assert!(::std::matches!(error, ::bridge32::CallError::Method(text) if text == "no"));
    // SAFETY: there is no such file, so nothing is loaded.
    ::std::assert!(unsafe { MyLibLibrary::load_from("/nowhere/my_lib") }.is_err());
}
