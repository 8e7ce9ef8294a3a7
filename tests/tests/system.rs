//! Libraries of the operating system.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::cmp::Ordering;

use bridge32::Error;
use bridge32_tests::pair::Pair;
use bridge32_tests::skip_on;
use bridge32_tests::system::{CLibraryClient, WinsockClient};
use bridge32_tests::watchdog::Watchdog;

fn c_library() -> CLibraryClient {
    let builder = CLibraryClient::builder();
    let builder = if Pair::current().is_windows_server() { builder } else { builder.library("libc.so.6") };
    builder.launch().unwrap()
}

/// An ordering as the comparison functions of C return it.
fn c_order(order: Ordering) -> i32 {
    order as i32
}

#[test]
fn the_c_library_sorts_and_searches_with_a_closure() {
    let _watchdog = Watchdog::new("qsort and bsearch");
    let client = c_library();
    let mut values: Vec<i32> = (0..1000).map(|i| (i * 7919) % 1009 - 500).collect();
    let mut expected = values.clone();
    expected.sort_unstable();
    let mut comparisons = 0;
    let compare = |a: &i32, b: &i32| {
        comparisons += 1;
        c_order(a.cmp(b))
    };
    client.qsort(&mut values, 4, compare).unwrap();
    assert_eq!(values, expected);
    assert!(comparisons > 1000, "{comparisons}");
    client.qsort(&mut values, 4, |a, b| c_order(b.cmp(a))).unwrap();
    expected.reverse();
    assert_eq!(values, expected);
    client.qsort(&mut [], 4, |_, _| panic!("an empty array needs no comparison")).unwrap();

    expected.sort_unstable();
    let search = |key: i32| {
        let mut looked_at = Vec::new();
        let found = client.bsearch(&key, &expected, 4, |key, element| {
            looked_at.push(*element);
            c_order(key.cmp(element))
        });
        assert!(looked_at.len() <= 11, "{looked_at:?}");
        !found.unwrap().is_null()
    };
    assert!(search(expected[0]) && search(expected[500]) && search(expected[999]));
    assert!(!search(10_000));

    // `qsort` returns normally after a panic in the closure.
    let before = values.clone();
    let panicked = client.qsort(&mut values, 4, |a, _| panic!("{a} cannot be compared"));
    assert!(matches!(&panicked, Err(Error::Callback { callback, .. }) if callback == "compare"), "{panicked:?}");
    assert_eq!(values, before, "a failed call leaves the slice unchanged");
    client.qsort(&mut values, 4, |a, b| c_order(a.cmp(b))).unwrap();
    assert_eq!(values, expected);
}

#[test]
fn several_methods_may_call_one_function() {
    let _watchdog = Watchdog::new("sprintf");
    let client = c_library();
    assert_eq!(client.print_number("%05d", -42).unwrap(), (5, "-0042".to_owned()));
    assert_eq!(client.print_two("%.2f %s", 2.5, "pies").unwrap(), (9, "2.50 pies".to_owned()));
}

#[test]
fn functions_are_found_by_ordinal() {
    skip_on!(Pair::Linux, "only libraries for Windows number their functions");
    let _watchdog = Watchdog::new("ordinals");
    let client = WinsockClient::launch().unwrap();
    assert_eq!(client.to_network_order(0x0102_0304).unwrap(), 0x0403_0201);
    assert_eq!(client.ntohs(0x0102).unwrap(), 0x0201);
    assert_eq!(client.absent().unwrap_err().to_string(), "`absent`: the library does not export `#65000`");
}
