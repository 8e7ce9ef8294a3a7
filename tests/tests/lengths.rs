//! Lengths and conditions over what the library writes, and lengths of the caller's arrays.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use bridge32::Error;
use bridge32_tests::lengths::{Attribute, Label, LengthsClient, MaybeAttribute, status};
use bridge32_tests::watchdog::Watchdog;

fn launch(test: &'static str) -> (Watchdog, LengthsClient) {
    (Watchdog::new(test), LengthsClient::launch().unwrap())
}

#[track_caller]
fn assert_mentions<T: std::fmt::Debug>(result: Result<T, Error>, part: &str) {
    let error = result.unwrap_err().to_string();
    assert!(error.contains(part), "{error}");
}

#[test]
fn the_length_of_a_returned_array_is_what_the_call_wrote() {
    let (_watchdog, client) = launch("returned lengths");
    assert_eq!(client.first_bytes().unwrap(), (vec![1, 2, 3, 4, 5], 5));
    let mut n = 8;
    assert_eq!(client.first_bytes_but_one(&mut n).unwrap(), [1, 2, 3, 4]);
    assert_eq!(n, 5);
    assert_eq!(client.checked_bytes(&mut n).unwrap(), [1, 2, 3, 4, 5]);
    n = -1;
    assert_mentions(
        client.first_bytes_but_one(&mut n),
        "the library returned -2 as the length of `first_bytes_but_one`",
    );
    let error = client.checked_bytes(&mut n).unwrap_err();
    assert!(matches!(error, Error::Status { value: -1, .. }), "{error}");
    assert_eq!(client.new_ramp(&3).unwrap(), (vec![0, 3, 6, 9, 12, 15, 18, 21], 8));
    assert_eq!(client.new_ramp(&0).unwrap(), (vec![], 8));
    assert_mentions(client.new_ramp(&-3), "-1 as the length of `new_ramp`");
    assert_eq!(client.ramps().unwrap(), 0, "each was freed, also if its length was wrong");
}

#[test]
fn the_length_of_a_buffer_is_an_expression_over_what_the_call_wrote() {
    let (_watchdog, client) = launch("written lengths");
    assert_eq!(client.read_groups(2, 3).unwrap(), (0, vec![0, 1, 2, 3, 4, 5], 3));
    assert_mentions(client.read_groups(2, 11), "22 as the length of `samples`, whose buffer has room for 20");
    let error = client.read_groups(2, -1).unwrap_err();
    assert!(matches!(error, Error::Status { value: -1, .. }), "the length of a failed call is not read: {error}");
    assert_eq!(client.get_data(3).unwrap(), (0, vec![1, 2, 3], 3));
    assert_eq!(client.get_data(100).unwrap(), (1, (1..=8).collect(), 100), "truncated");
    assert_eq!(client.get_data(-1).unwrap(), (0, vec![], -1));
    let mut n = 10;
    assert_eq!(client.up_to(&mut n, 3).unwrap(), [0, 1, 2, 3]);
    assert_eq!(n, 4);
    assert_mentions(client.up_to(&mut n, 4), "5 as the length of `values`, whose buffer has room for 4");
    assert_mentions(client.up_to(&mut n, -3), "-2 as the length of `values`");
    assert_eq!(client.utf16(7).unwrap(), (7, vec![97, 98, 99]));
    assert_eq!(client.split_runs(&[4, 4, 5, 4]).unwrap(), (3, vec![0, 2, 3]));
    assert_eq!(client.split_runs(&[]).unwrap(), (0, vec![]));
}

#[test]
fn hidden_lengths_are_known_in_expressions() {
    let (_watchdog, client) = launch("hidden lengths");
    assert_eq!(client.copy_text("grüß").unwrap(), (6, "grüß".to_owned()));
    assert_eq!(client.copy_checked("").unwrap(), (0, String::new()));
    let error = client.copy_checked("!xyz").unwrap_err();
    assert!(matches!(error, Error::Status { value: 4, .. }), "the check reports `ret`: {error}");
}

#[test]
fn a_check_uses_what_the_call_wrote() {
    let (_watchdog, client) = launch("checks of outputs");
    assert_eq!(client.root(9.0).unwrap(), (3.0, 0));
    let error = client.root(-1.0).unwrap_err();
    assert!(matches!(error, Error::Status { value: 33, .. }), "the check reports `error`: {error}");
    let mut values = [3, 1, 2];
    assert_eq!(client.sort_down(&mut values).unwrap(), 3);
    assert_eq!(values, [3, 2, 1]);
    let mut values = [13, 12];
    let error = client.sort_down(&mut values).unwrap_err();
    assert!(matches!(error, Error::Status { value: 13, .. }), "{error}");
    assert_eq!(client.up_to_checked(2).unwrap(), [0, 1, 2]);
    let error = client.up_to_checked(19).unwrap_err();
    assert!(matches!(error, Error::Status { value: 20, .. }), "the sum is 190: {error}");
}

#[test]
fn slices_must_have_the_length_that_the_function_needs() {
    let (_watchdog, client) = launch("lengths of slices");
    let mut values = [3.0, 2.0, 1.0, 0.0];
    client.bubble(&mut values, 2, 2).unwrap();
    assert_eq!(values, [0.0, 1.0, 2.0, 3.0]);
    let error = client.bubble(&mut values[..2], 2, 2).unwrap_err();
    assert_eq!(error.to_string(), "`bubble`: the argument `a` has 2 elements, and the function needs 4");
    assert!(matches!(error, Error::Argument { .. }));
    assert_mentions(client.bubble(&mut values, -1, 2), "the argument `a` would have -2 elements");
    assert_eq!(client.trace(&[1.0, 0.0, 0.0, 2.0], 2).unwrap(), 3.0);
    assert_mentions(client.trace(&[1.0; 65024], 255), "has 65024 elements, and the function needs 65025");
    assert_eq!(client.trace(&vec![1.0; 65025], 255).unwrap(), 255.0);
}

#[test]
fn the_capacity_of_a_closure_s_buffer_is_what_the_library_passed() {
    let (_watchdog, client) = launch("capacities in closures");
    let answer = |text: &'static str, claimed| {
        client.ask_text(
            move |size: &mut i32| {
                *size = claimed;
                (1, text.to_owned())
            },
            8,
        )
    };
    assert_eq!(answer("seven77", 100).unwrap(), 107);
    assert_mentions(answer("longer than eight", 100), "`text`, for which the library has room for 8");
    assert_eq!(client.ask_copy(|data| (1, data.to_vec())).unwrap(), 1123);
    assert_mentions(
        client.ask_copy(|_| (1, vec![0; 4])),
        "returned 4 elements as `to`, for which the library has room for 3",
    );
}

#[test]
fn a_length_in_a_struct_is_not_believed_beyond_the_memory_that_was_passed() {
    let (_watchdog, client) = launch("lengths in structs");
    let four = Attribute { p: vec![9; 4], n: 0 };
    let mut a = four.clone();
    assert_eq!(client.get_attribute(&mut a, 3).unwrap(), 5);
    assert_eq!(a, Attribute { p: vec![1, 9, 9], n: 3 });
    let expected = "the library returned 64 as the length of `Attribute.p`, whose buffer has room for 4";
    for would_be in [5, 64, 0x7fff_ffff, 0xffff_ffff] {
        let mut a = four.clone();
        assert_mentions(client.get_attribute(&mut a, would_be), &expected.replace("64", &would_be.to_string()));
        assert_eq!(a, four, "a failed call changes nothing");
    }
    let mut all = [four.clone(), Attribute { p: vec![7], n: 0 }];
    client.get_attributes(&mut all, 1).unwrap();
    assert_eq!(all.map(|a| a.p), [[1], [1]]);
    let mut all = [four.clone(), Attribute { p: vec![7], n: 0 }];
    assert_mentions(
        client.get_attributes(&mut all, 2),
        "2 as the length of `Attribute.p`, whose buffer has room for 1",
    );
    // The library moves the pointer, as zlib does.
    let mut a = Attribute { p: vec![1, 2, 3, 4], n: 0 };
    client.skip_bytes(&mut a, 3, 1).unwrap();
    assert_eq!(a, Attribute { p: vec![4], n: 1 });
    let mut a = Attribute { p: vec![1, 2, 3, 4], n: 0 };
    assert_mentions(client.skip_bytes(&mut a, 3, 2), "2 as the length of `Attribute.p`, whose buffer has room for 1");
    client.skip_bytes(&mut a, 4, 0).unwrap();
    assert_eq!(a, Attribute { p: vec![], n: 0 });
    // Memory of the library itself.
    client.point_elsewhere(&mut a, 8).unwrap();
    assert_eq!(a.p, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_mentions(
        client.point_elsewhere(&mut a, u32::MAX),
        "an array of 4294967295 elements, more than there can be",
    );
    let mut none = Attribute { p: vec![], n: 0 };
    assert_mentions(client.get_attribute(&mut none, 64), "a null pointer for an array of 64 elements");
}

#[test]
fn an_absent_array_in_a_struct_is_none_and_its_length_is_known() {
    let (_watchdog, client) = launch("absent arrays");
    let mut a = MaybeAttribute { p: None, n: 0 };
    assert_eq!(client.get_maybe(&mut a, 64).unwrap(), 5);
    assert_eq!(a, MaybeAttribute { p: None, n: 64 }, "the size that the library needs");
    a.p = Some(vec![0; 64]);
    client.get_maybe(&mut a, 3).unwrap();
    assert_eq!(a, MaybeAttribute { p: Some(vec![1, 0, 0]), n: 3 });
    client.get_maybe(&mut a, u32::MAX).unwrap();
    assert_eq!(a, MaybeAttribute { p: None, n: u32::MAX }, "-1 says that there is no value");
    a.p = Some(vec![0; 4]);
    assert_mentions(client.get_maybe(&mut a, 5), "5 as the length of `MaybeAttribute.p`, whose buffer has room for 4");
}

#[test]
fn text_in_a_struct_is_not_read_beyond_the_memory_that_was_passed() {
    let (_watchdog, client) = launch("text in structs");
    let mut label = Label { text: "abc".to_owned() };
    client.fill_label(&mut label, b'x', 3).unwrap();
    assert_eq!(label.text, "xxx");
    assert_mentions(client.fill_label(&mut label, b'x', 4), "text without a NUL in the 4 bytes that were passed");
    client.fill_label(&mut label, 0, 2).unwrap();
    assert_eq!(label.text, "");
}

#[test]
fn answers_of_closures_outlive_later_ones() {
    let (_watchdog, client) = launch("answers");
    let answer = |i: i32| format!("{i:04}").repeat(10);
    let joined = |n: i32| (0..n).map(answer).collect::<String>();
    for n in [1, 2, 3, 1000] {
        assert_eq!(client.join_answers(answer, n).unwrap(), joined(n));
    }
    let registration = client.keep_answer(answer).unwrap();
    for n in [1, 2, 3, 64] {
        assert_eq!(client.join_kept_answers(n).unwrap(), joined(n));
    }
    for _ in 0..100 {
        client.join_kept_answers(10).unwrap();
    }
    assert_eq!(client.join_kept_answers(64).unwrap(), joined(64));
    drop(registration);
}

#[test]
fn an_enum_may_be_called_result() {
    let (_watchdog, client) = launch("an enum named Result");
    assert_eq!(client.next_result(status::Result::Good).unwrap(), status::Result::Bad);
    assert_mentions(client.next_result(status::Result::Bad), "2, which is not a `Result`");
    let bad = |code| if code == 3 { status::Result::Bad } else { status::Result::Good };
    assert_eq!(client.with_result(bad).unwrap(), status::Result::Good);
}
