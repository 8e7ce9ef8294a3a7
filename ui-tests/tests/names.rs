//! Names of the user never conflict with those of generated code.

/// Items that are named like those of std.
mod items {
    #![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod alloc {}
    pub(super) mod bridge32_runtime {}
    pub(super) struct Option;
    pub(super) struct Result;
    pub(super) struct Vec;
    pub(super) struct String;
    pub(super) struct Box;
    pub(super) struct Error;
    pub(super) struct Self_;
    pub(super) trait Clone {}
    pub(super) trait Debug {}
    pub(super) trait Default {}
    pub(super) trait Send {}
    pub(super) trait Sized {}
    pub(super) trait From {}
    pub(super) trait Into {}
    pub(super) trait Fn {}
    pub(super) trait FnMut {}
    pub(super) struct Registration;
    pub(super) struct Closures;
    pub(super) struct u32;
    pub(super) struct Session;
    pub(super) struct Native;
    pub(super) struct Interface;
    pub(super) struct Client;
    pub(super) struct Decoder;
    pub(super) struct Way;
    pub(super) struct S;
    pub(super) struct __Numbers;
    pub(super) struct __Function;
    pub(super) struct __P0;
    pub(super) struct __Returns;
    pub(super) const DESCRIPTION: i32 = 0;
    pub(super) const __NUMBER_OF_add: i32 = 0;
    pub(super) const SLOTS: i32 = 0;
    pub(super) const Ok: i32 = 0;
    pub(super) const Err: i32 = 0;
    pub(super) const Some: i32 = 0;
    pub(super) const None: i32 = 0;
}

mod shadowed {
    #[allow(unused_imports)]
    use super::items::*;

    /// Every item in scope has a name that generated code might use for another one.
    #[bridge32::bridge32(lib = "my_lib", abi = "fastcall")]
    pub(super) trait Shadowed {
        fn add(&self, a: i32, b: &i32) -> i32;
        fn mean(&self, values: &[f64], #[len_of(values)] n: i32) -> f64;
        fn text(&self, text: &str) -> ::std::string::String;
        fn nothing(&self);
        fn visit(&self, f: fn(i32, closure: &str, scope: &mut i32) -> bool, #[registered] run: fn(i32)) -> i32;
        fn list(&self) -> ::std::vec::Vec<i32> {
            [1, 2].to_vec()
        }
        fn checked(&self) -> ::std::result::Result<i32, ::std::string::String> {
            ::std::result::Result::Ok(3)
        }
    }
}

use shadowed::{Shadowed, ShadowedClient, ShadowedLibrary};

struct Mock;

impl Shadowed for Mock {
    fn add(&self, a: i32, b: &i32) -> i32 {
        a + b
    }
    fn mean(&self, values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / 2.0
    }
    fn text(&self, text: &str) -> String {
        text.to_owned()
    }
    fn visit(
        &self,
        f: &mut (dyn ::std::ops::FnMut(i32, &str, &mut i32) -> bool + ::std::marker::Send),
        run: ::std::boxed::Box<dyn ::std::ops::FnMut(i32) + ::std::marker::Send>,
    ) -> (i32, bridge32::Registration) {
        drop(run);
        let mut sum = 1;
        (f(1, "a", &mut sum).into(), bridge32::Registration::none())
    }
    fn nothing(&self) {}
}

#[test]
fn items_of_the_user_may_have_std_names() {
    let client = ShadowedClient::in_process(Mock);
    assert_eq!(client.add(1, &2).unwrap(), 3);
    assert_eq!(client.mean(&[1.0, 2.0]).unwrap(), 1.5);
    assert_eq!(client.text("a").unwrap(), "a");
    client.nothing().unwrap();
    assert_eq!(client.list().unwrap(), [1, 2]);
    assert_eq!(client.checked().unwrap(), 3);
    // SAFETY: there is no such file, so nothing is loaded.
    assert!(unsafe { ShadowedLibrary::load_from("/nowhere/my_lib") }.is_err());
}

/// Methods and parameters that are named like those of generated code.
#[bridge32::bridge32(lib = "my_lib")]
trait Names {
    fn r#type(&self, r#match: i32, r#fn: i32) -> i32;
    fn new(&self) -> i32;
    fn call(&self, arguments: i32, outcome: i32, method: i32, reply: i32, result: i32) -> i32;
    fn dispatch(&self, session: i32, library: i32, function: i32, server: i32, krate: i32) -> i32;
    fn from_session(&self, session: &[i32], #[len_of(session)] arguments: i32) -> i32;
    fn description(&self, r#struct: &[i32], #[len_of(r#struct)] r#enum: i32) -> i32;
    fn session(&self, description: &str, path: Option<&str>, context: &i32) -> i32;
    fn library(&self, value: i32, text: i32, slice: i32, name: i32, number: i32) -> i32;
    fn start(&self) -> i32;
    fn function(&self, p0: i32) -> i32;
    fn arguments(&self, __function: i32, parameter_0: i32) -> i32 {
        self.library(__function, parameter_0, 0, 0, 0)
    }
    fn default(&self) -> i32 {
        self.new()
    }
    fn drop(&self) -> i32;
    fn value(&self) -> i32;
    fn c_text(&self) -> i32;
    fn finish(&self) -> i32;
}

struct Sums;

impl Names for Sums {
    fn r#type(&self, r#match: i32, r#fn: i32) -> i32 {
        r#match + r#fn
    }
    fn new(&self) -> i32 {
        1
    }
    fn call(&self, arguments: i32, outcome: i32, method: i32, reply: i32, result: i32) -> i32 {
        arguments + outcome + method + reply + result
    }
    fn dispatch(&self, session: i32, library: i32, function: i32, server: i32, krate: i32) -> i32 {
        session + library + function + server + krate
    }
    fn from_session(&self, session: &[i32]) -> i32 {
        session.iter().sum()
    }
    fn description(&self, r#struct: &[i32]) -> i32 {
        r#struct.iter().sum()
    }
    fn session(&self, description: &str, path: Option<&str>, context: &i32) -> i32 {
        i32::from(description == "a") + i32::from(path == Some("b")) + context
    }
    fn library(&self, value: i32, text: i32, slice: i32, name: i32, number: i32) -> i32 {
        value + text + slice + name + number
    }
    fn start(&self) -> i32 {
        2
    }
    fn function(&self, p0: i32) -> i32 {
        p0
    }
    fn drop(&self) -> i32 {
        3
    }
    fn value(&self) -> i32 {
        4
    }
    fn c_text(&self) -> i32 {
        5
    }
    fn finish(&self) -> i32 {
        6
    }
}

#[test]
fn methods_and_parameters_may_have_any_name() {
    let client = NamesClient::in_process(Sums);
    assert_eq!(client.r#type(1, 2).unwrap(), 3);
    assert_eq!(client.new().unwrap(), 1);
    assert_eq!(client.call(1, 2, 3, 4, 5).unwrap(), 15);
    assert_eq!(client.dispatch(1, 2, 3, 4, 5).unwrap(), 15);
    assert_eq!(client.from_session(&[1, 2]).unwrap(), 3);
    assert_eq!(client.description(&[1, 2]).unwrap(), 3);
    assert_eq!(client.session("a", Some("b"), &1).unwrap(), 3);
    assert_eq!(client.library(1, 2, 3, 4, 5).unwrap(), 15);
    assert_eq!(client.start().unwrap(), 2);
    assert_eq!(client.function(7).unwrap(), 7);
    assert_eq!(client.arguments(1, 2).unwrap(), 3);
    assert_eq!(client.default().unwrap(), 1);
    assert_eq!(client.drop().unwrap(), 3);
    assert_eq!(client.value().unwrap(), 4);
    assert_eq!(client.c_text().unwrap(), 5);
    assert_eq!(client.finish().unwrap(), 6);
    // SAFETY: there is no such file, so nothing is loaded.
    assert!(unsafe { NamesLibrary::load_from("/nowhere/my_lib") }.is_err());
}

/// The names of C that a trait is allowed to have cause no warnings in what is generated from it.
mod names_of_c {
    #![deny(nonstandard_style)]

    use bridge32::{Address, Handle, Registration, UserData, bridge32};

    pub(crate) enum Meter {}

    #[bridge32(lib = "vendor")]
    #[allow(non_snake_case, reason = "the header has these names")]
    pub(crate) trait Vendor {
        #[check(ret == 0)]
        fn VbGetValue(
            &self,
            nChannel: i32,
            #[len_of(pData)] nSize: &mut u32,
            #[out(cap = 10)] pData: Vec<u8>,
            pPlaces: &mut [f64],
            #[len_of(pPlaces)] nPlaces: i32,
            #[out] dValue: f64,
        ) -> i32;
        fn VbScan(
            &self,
            pfnProgress: fn(nPercent: i32, szText: &str, pContext: UserData, aMatrix: &[f32; 3]) -> bool,
            pContext: UserData,
        );
        fn VbOnEvent(
            &self,
            #[registered] pfnEvent: fn(nEvent: i32),
            hMeter: Handle<Meter>,
            aFlags: Option<&mut [u8; 4]>,
        );
        fn VbClose(&self, #[closes] hMeter: Handle<Meter>);
        #[function(pFunction)]
        fn VbCall(&self, pFunction: Address, #[fixed(7)] nKind: i32, szName: &str, aWords: &[&str]);
    }

    struct Mock;

    #[allow(non_snake_case, reason = "the header has these names")]
    impl Vendor for Mock {
        fn VbGetValue(&self, nChannel: i32, pPlaces: &mut [f64]) -> (i32, Vec<u8>, f64) {
            pPlaces.fill(1.5);
            (nChannel, vec![1], 0.5)
        }
        fn VbScan(&self, pfnProgress: &mut (dyn FnMut(i32, &str, &[f32; 3]) -> bool + Send)) {
            assert!(pfnProgress(50, "half", &[1.0, 2.0, 3.0]));
        }
        fn VbOnEvent(
            &self,
            mut pfnEvent: Box<dyn FnMut(i32) + Send>,
            _: Handle<Meter>,
            aFlags: Option<&mut [u8; 4]>,
        ) -> Registration {
            pfnEvent(aFlags.map_or(0, |flags| flags.len() as i32));
            Registration::none()
        }
        fn VbClose(&self, _: Handle<Meter>) {}
        fn VbCall(&self, _: Address, _: &str, _: &[&str]) {}
    }

    #[test]
    fn the_names_of_c_may_be_those_of_methods_and_parameters() {
        let client = VendorClient::in_process(Mock);
        let mut places = [0.0; 2];
        assert_eq!(client.VbGetValue(7, &mut places).unwrap(), (7, vec![1], 0.5));
        assert_eq!(places, [1.5, 1.5]);
        client.VbScan(|percent, text, matrix| (percent, text, matrix[2]) == (50, "half", 3.0)).unwrap();
        let seen = std::sync::Arc::new(std::sync::atomic::AtomicI32::new(0));
        let events = std::sync::Arc::clone(&seen);
        let store = move |event| events.store(event, std::sync::atomic::Ordering::Relaxed);
        let _registration = client.VbOnEvent(store, Handle::new(1), Some(&mut [0; 4])).unwrap();
        assert_eq!(seen.load(std::sync::atomic::Ordering::Relaxed), 4);
    }
}
