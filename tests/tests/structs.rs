//! Structs that compilers for 32-bit Windows return in different ways. On Linux there is one way.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use bridge32::Error;
use bridge32_tests::pair::Pair as Systems;
use bridge32_tests::skip_on;
use bridge32_tests::structs::{GnuStructsClient, Large, Nested, Pair, Real, Single, StructsClient};
use bridge32_tests::watchdog::Watchdog;

fn launch(test: &'static str) -> (Watchdog, StructsClient) {
    (Watchdog::new(test), StructsClient::launch().unwrap())
}

#[test]
fn structs_are_returned_as_msvc_returns_them() {
    let (_watchdog, client) = launch("structs by MSVC");
    for value in [0.5, -1.25, 1e30] {
        assert_eq!(client.single_by_msvc(value).unwrap(), Single { value });
        let value = f64::from(value);
        assert_eq!(client.real_by_msvc(value).unwrap(), Real { value });
        assert_eq!(client.nested_by_msvc(value).unwrap(), Nested { inner: Real { value } });
    }
    assert_eq!(client.pair_by_both(1.0, 2.0).unwrap(), Pair { x: 1.0, y: 2.0 });
}

#[test]
fn structs_are_returned_as_gcc_returns_them() {
    let (_watchdog, client) = launch("structs by GCC");
    for value in [0.5, -1.25, 1e30] {
        assert_eq!(client.single_by_gnu(value).unwrap(), Single { value });
        let value = f64::from(value);
        assert_eq!(client.real_by_gnu(value).unwrap(), Real { value });
        assert_eq!(client.nested_by_gnu(value).unwrap(), Nested { inner: Real { value } });
    }
    assert_eq!(client.pair_by_gnu(1.0, 2.0).unwrap(), Pair { x: 1.0, y: 2.0 });
}

#[test]
fn the_compiler_may_be_an_option_of_the_interface() {
    let _watchdog = Watchdog::new("the compiler of an interface");
    let client = GnuStructsClient::launch().unwrap();
    assert_eq!(client.single_by_gnu(0.5).unwrap(), Single { value: 0.5 });
    assert_eq!(client.real_by_msvc(0.5).unwrap(), Real { value: 0.5 });
    assert_eq!(client.call_gnu(|Real { value }| Real { value: value + 1.0 }, 0.5).unwrap(), 1.5);
}

#[test]
fn a_wrong_compiler_is_an_error_with_its_remedy() {
    skip_on!(Systems::Linux, "compilers for Linux agree");
    let (_watchdog, client) = launch("wrong compilers");
    for _ in 0..20 {
        let error = client.gnu_as_msvc(0.5).unwrap_err();
        assert!(matches!(error, Error::CallingConvention { .. }), "{error}");
        assert!(error.to_string().ends_with("add `#[abi(\"gnu\")]` if GCC has built it"), "{error}");
        let error = client.msvc_as_gnu(0.5).unwrap_err();
        assert!(error.to_string().ends_with("remove `#[abi(\"gnu\")]` if MSVC has built it"), "{error}");
    }
    assert_eq!(client.real_by_gnu(0.5).unwrap(), Real { value: 0.5 });
}

#[test]
fn closures_return_structs_as_the_compiler_of_the_library_expects() {
    let (_watchdog, client) = launch("structs from closures");
    let add_one = |Real { value }| Real { value: value + 1.0 };
    for _ in 0..20 {
        assert_eq!(client.call_msvc(add_one, 0.5).unwrap(), 1.5);
        assert_eq!(client.call_gnu(add_one, 0.5).unwrap(), 1.5);
    }
}

#[test]
fn member_functions_return_structs_through_a_pointer() {
    skip_on!(Systems::Linux, "compilers for Linux do not use `thiscall`, and disagree on how it returns structs");
    let (_watchdog, client) = launch("structs from member functions");
    let object = client.get_object().unwrap();
    let large = Large { values: [1.0, 0.5, 2.0] };
    for _ in 0..3 {
        assert_eq!(client.scale(object, 0.5).unwrap(), 1.0);
        assert_eq!(client.scaled_real(object, 0.5).unwrap(), Real { value: 1.0 });
        assert_eq!(client.scaled_pair(object, 0.5, 1.0).unwrap(), Pair { x: 1.0, y: 2.0 });
        assert_eq!(client.scaled_large(object, 0.5).unwrap(), large);
        assert_eq!(client.scaled_pair_by_gnu(object, 0.5, 1.0).unwrap(), Pair { x: 1.0, y: 2.0 });
        assert_eq!(client.scaled_large_by_gnu(object, 0.5).unwrap(), large);
    }
}
