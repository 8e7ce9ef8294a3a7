//! The calling conventions of functions are compared with their declarations.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::fmt::Debug;

use bridge32::Error;
use bridge32_tests::conventions::{ConventionsClient, Large};
use bridge32_tests::watchdog::Watchdog;

fn launch(test: &'static str) -> (Watchdog, ConventionsClient) {
    (Watchdog::new(test), ConventionsClient::launch().unwrap())
}

/// Checks that a call was refused because of its convention, and returns the rest of the message.
#[track_caller]
fn refused<T: Debug>(result: Result<T, Error>, method: &str, declared: &str, popped: u32) -> String {
    let error = result.unwrap_err();
    let Error::CallingConvention { method: named, declared: as_declared, popped: taken, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!((&**named, &**as_declared, *taken), (method, declared, popped), "{error}");
    assert_eq!((error.method(), error.was_called()), (Some(method), Some(true)));
    error.to_string()
}

#[test]
fn a_wrong_convention_is_an_error_with_its_remedy() {
    let (_watchdog, client) = launch("wrong conventions");
    // Each is found by every call until the declaration is right, and damages nothing.
    for _ in 0..20 {
        let text = refused(client.stdcall_as_cdecl(1, 2), "stdcall_as_cdecl", "cdecl", 8);
        assert!(
            text.ends_with("took 8 bytes off the stack instead of 0; it is stdcall (`#[abi(\"stdcall\")]`)"),
            "{text}"
        );
        let text = refused(client.cdecl_as_stdcall(1, 2), "cdecl_as_stdcall", "stdcall", 0);
        assert!(
            text.ends_with(
                "it is cdecl (`#[abi(\"cdecl\")]`), or is fastcall (`#[abi(\"fastcall\")]`), or has no parameters"
            ),
            "{text}"
        );
        let text = refused(client.stdcall_as_fastcall(1, 2), "stdcall_as_fastcall", "fastcall", 8);
        assert!(text.ends_with("it is stdcall (`#[abi(\"stdcall\")]`), or has 4 parameters of 4 bytes each"), "{text}");
        refused(client.stdcall_as_thiscall(1, 2), "stdcall_as_thiscall", "thiscall", 8);
        let text = refused(client.fastcall_as_cdecl(1, 2, 3), "fastcall_as_cdecl", "C", 4);
        assert!(text.ends_with("it is fastcall (`#[abi(\"fastcall\")]`)"), "{text}");
        let text = refused(client.thiscall_as_stdcall(1, 2), "thiscall_as_stdcall", "stdcall", 4);
        assert!(
            text.ends_with("it is thiscall (`#[abi(\"thiscall\")]`), or has 1 parameter of 4 bytes each"),
            "{text}"
        );
        let text = refused(client.large_as_cdecl(Large { values: [0; 100] }, 1), "large_as_cdecl", "C", 408);
        assert!(text.ends_with("it is stdcall (`#[abi(\"stdcall\")]`) with 408 bytes of parameters"), "{text}");
    }
    assert_eq!(client.add_cdecl(1, 2).unwrap(), 3);
    assert_eq!(client.add_stdcall(1, 2).unwrap(), 3);
    assert_eq!(client.add_fastcall(1, 2, 3).unwrap(), 6);
    assert_eq!(client.add_thiscall(1, 2).unwrap(), 3);
    assert_eq!(client.add_wide_stdcall(1 << 40, 2).unwrap(), (1 << 40) + 2);
}

#[test]
fn a_wrong_number_or_width_of_parameters_is_an_error() {
    let (_watchdog, client) = launch("wrong parameters");
    for _ in 0..20 {
        let text = refused(client.stdcall_with_one(1), "stdcall_with_one", "stdcall", 8);
        assert!(
            text.ends_with("took 8 bytes off the stack instead of 4; it has 2 parameters of 4 bytes each"),
            "{text}"
        );
        refused(client.stdcall_with_two(1, 2), "stdcall_with_two", "stdcall", 12);
        refused(client.stdcall_with_six(1, 2, 3, 4, 5, 6.0), "stdcall_with_six", "stdcall", 12);
        refused(client.wide_as_narrow(1, 2), "wide_as_narrow", "stdcall", 16);
    }
    assert_eq!(client.add_three_stdcall(1, 2, 3).unwrap(), 6);
}

#[test]
fn a_float_that_is_declared_as_something_else_is_an_error() {
    let (_watchdog, client) = launch("wrong floats");
    // Each call would leave a value in one of eight registers, or take one away.
    for _ in 0..20 {
        let text = refused(client.float_as_nothing(3), "float_as_nothing", "C", 0);
        assert!(text.ends_with("it returns `float` or `double`, not `void`"), "{text}");
        let text = refused(client.int_as_float(3.5), "int_as_float", "C", 0);
        assert!(text.ends_with("it does not return `double`"), "{text}");
    }
    for _ in 0..3 {
        assert_eq!(client.half(3).unwrap(), 1.5);
        assert_eq!(client.whole(3.5).unwrap(), 3);
        assert_eq!(client.quarter(3.0).unwrap(), 0.75);
    }
}

#[test]
fn a_wrong_release_function_is_an_error() {
    let (_watchdog, client) = launch("a wrong release function");
    let text = refused(client.numbers_with_wrong_release(), "numbers_with_wrong_release", "C", 4);
    assert!(text.contains("`give_back_stdcall`"), "{text}");
    assert_eq!(client.count_given_back().unwrap(), 1);
}

#[test]
fn a_first_call_may_contain_others() {
    let (_watchdog, client) = launch("nested first calls");
    let outer = client.run_twice(
        |a| {
            refused(client.stdcall_as_cdecl(a, 1), "stdcall_as_cdecl", "cdecl", 8);
            client.add_stdcall(a, 1).unwrap()
        },
        5,
    );
    assert_eq!(outer.unwrap(), 7);
    let values = std::array::from_fn(|place| place as i32);
    for _ in 0..2 {
        let large = client.last_of_large(Large { values }, 1).unwrap();
        assert_eq!((large.values[0], large.values[99]), (1, 100));
    }
}

#[test]
fn a_wrong_convention_in_a_batch_fails_its_own_call_only() {
    let (_watchdog, client) = launch("a wrong convention in a batch");
    let batch = client.batch(|b| (b.add_cdecl(1, 2), b.stdcall_as_cdecl(1, 2), b.float_as_nothing(1), b.half(1)));
    let (first, second, third, fourth) = batch.unwrap();
    assert_eq!(first.unwrap(), 3);
    refused(second, "stdcall_as_cdecl", "cdecl", 8);
    refused(third, "float_as_nothing", "C", 0);
    assert_eq!(fourth.unwrap(), 0.5);
}
