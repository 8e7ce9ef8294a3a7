//! Pointers in all directions: such that may be null, and such that the library makes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::sync::mpsc::channel;

use bridge32::{Address, Error, RemoteBuffer, Size};
use bridge32_tests::pointers::{Integrand, Place, PointersClient, Table};
use bridge32_tests::watchdog::Watchdog;

fn launch(test: &'static str) -> (Watchdog, PointersClient) {
    (Watchdog::new(test), PointersClient::launch().unwrap())
}

#[test]
fn an_absent_value_is_a_null_pointer() {
    let (_watchdog, client) = launch("absent values");
    let mut count = 7;
    assert_eq!(client.shifted(Some(&40), Some(&mut count), Some(&Place { x: 2, y: 3 })).unwrap(), 46);
    assert_eq!(count, 8);
    assert_eq!(client.shifted(None, None, None).unwrap(), -1);
    assert_eq!(client.shifted(None, Some(&mut count), None).unwrap(), -1);
    assert_eq!(count, 9);
}

#[test]
fn an_absent_array_is_a_null_pointer_and_has_no_length() {
    let (_watchdog, client) = launch("absent arrays");
    let places = [Place { x: 1, y: 2 }, Place { x: 3, y: 4 }];
    assert_eq!(client.total(Some(&[5, 6]), Some(&places),).unwrap(), 411);
    assert_eq!(client.total(Some(&[5, 6, 7]), None).unwrap(), 18);
    assert_eq!(client.total(None, Some(&places)).unwrap(), 400);
    assert_eq!(client.total(None, None).unwrap(), -1);
    assert_eq!(client.total(Some(&[]), None).unwrap(), 0);
    let error = client.total(Some(&[1]), Some(&places)).unwrap_err();
    assert!(matches!(&error, Error::Argument { parameter, .. } if parameter == "places"), "{error}");

    let (mut values, mut changed) = ([1, -2], places);
    assert_eq!(client.negate_all(Some(&mut values), Some(&mut changed)).unwrap(), 0);
    assert_eq!((values, changed[1]), ([-1, 2], Place { x: 3, y: -4 }));
    assert_eq!(client.negate_all(Some(&mut values), None).unwrap(), 2);
    assert_eq!(client.negate_all(None, Some(&mut changed)).unwrap(), 1);
    assert_eq!((values, changed), ([1, -2], places));
    assert_eq!(client.negate_all(None, None).unwrap(), 3);
    let mut long = vec![3; 100_000];
    assert_eq!(client.negate_all(Some(&mut long), None).unwrap(), 2);
    assert!(long.iter().all(|value| *value == -3));
}

#[test]
fn the_length_of_an_absent_array_is_not_checked() {
    let (_watchdog, client) = launch("absent arrays of a length");
    let mut values = [1, 2, 3, 4];
    assert_eq!(client.negate_four(Some(&mut values), None, 4).unwrap(), 2);
    assert_eq!(values, [-1, -2, -3, -4]);
    assert_eq!(client.negate_four(None, None, 4).unwrap(), 3);
    assert!(matches!(client.negate_four(Some(&mut values), None, 5), Err(Error::Argument { .. })));
}

#[test]
fn closures_are_passed_what_may_be_absent() {
    let (_watchdog, client) = launch("absent values of closures");
    let result = client.visit(
        |value, change, data, scale| {
            if let Some(change) = change {
                change.x += change.y;
            }
            if let Some(scale) = scale {
                scale.fill(4.0);
            }
            value.copied().unwrap_or(-1) + data.map_or(-10, |data| i32::from(data[2]))
        },
        true,
    );
    assert_eq!(result.unwrap(), 14_308);
    let none = client.visit(
        |value, change, data, scale| {
            assert!(value.is_none() && change.is_none() && data.is_none() && scale.is_none());
            77
        },
        false,
    );
    assert_eq!(none.unwrap(), 77);
}

#[test]
fn methods_with_a_body_and_batches_take_what_may_be_absent() {
    let (_watchdog, client) = launch("absent values elsewhere");
    let mut right = [1.0, 2.0];
    assert_eq!(client.sums(Some(&[4.0, 5.0]), Some(&mut right), Some(&2.0)).unwrap(), [18.0, 6.0]);
    assert_eq!(right, [0.0, 0.0]);
    assert!(client.sums(None, None, None).unwrap().is_empty());

    let (mut count, mut values) = (0, [1, 2]);
    let results = client
        .batch(|batch| {
            (
                batch.shifted(Some(&1), Some(&mut count), None),
                batch.shifted(None, None, Some(&Place { x: 5, y: 5 })),
                batch.negate_all(Some(&mut values), None),
                batch.total(None, None),
            )
        })
        .unwrap();
    assert_eq!((results.0.unwrap(), results.1.unwrap(), results.2.unwrap(), results.3.unwrap()), (1, 24, 2, -1));
    assert_eq!((count, values), (1, [-1, -2]));
}

#[test]
fn fixed_arguments_are_passed_by_the_server() {
    let (_watchdog, client) = launch("fixed arguments");
    assert_eq!(client.configure(5).unwrap(), 310);
}

#[test]
fn lengths_may_count_bytes() {
    let (_watchdog, client) = launch("bytes");
    assert_eq!(client.mean_of_bytes(&[1.0, 2.0, 6.0]).unwrap(), 3.0);
    assert_eq!(client.query(4).unwrap(), (0, vec![0, 1, 4, 9]));
    assert_eq!(client.query(10).unwrap().1.len(), 10);
    let error = client.query(11).unwrap_err();
    assert!(matches!(error, Error::Status { value: 234, .. }), "{error}");
    let width = if bridge32_tests::pair::Pair::current().is_windows_server() { 2 } else { 4 };
    let places = [Place { x: 1, y: 2 }; 3];
    assert_eq!(client.wide_bytes("grüß", &places).unwrap(), 4 * width * 1000 + 24);
    let error = client.wide_bytes("", &vec![places[0]; 1 << 13]).unwrap_err();
    assert!(matches!(&error, Error::Argument { parameter, .. } if parameter == "places"), "{error}");
    let mut seen = Vec::new();
    let result = client.sample(
        |samples| {
            seen = samples.to_vec();
            samples.iter().map(|sample| (sample / 10) as i16).collect()
        },
        3,
    );
    assert_eq!(result.unwrap(), 6003);
    assert_eq!(seen, [10, 20, 30]);
    let error = client.sample(|_| vec![0; 9], 3).unwrap_err();
    assert!(matches!(error, Error::Callback { .. }), "{error}");
}

#[test]
fn pointers_that_the_library_stores_are_copied_and_given_back() {
    let (_watchdog, client) = launch("stored pointers");
    let (status, text, length, values, corner) = client.dump(4).unwrap();
    assert_eq!((status, text.as_str(), length), (0, "abcd", 4));
    assert_eq!(values, [0.0, 0.5, 1.0, 1.5]);
    assert_eq!(corner, Some(Box::new(Place { x: 4, y: -4 })));
    assert_eq!(client.dump(0).unwrap(), (0, String::new(), 0, Vec::new(), None));
    assert_eq!(client.blocks_held().unwrap(), 0);
    // Also if the call fails, or what it wrote is not valid.
    assert!(matches!(client.dump(11), Err(Error::Status { value: -7, .. })));
    let error = client.dump_numbers(21).unwrap_err();
    assert!(error.to_string().contains("a null pointer for an array of 21 elements"), "{error}");
    assert_eq!(client.blocks_held().unwrap(), 0);
    let (_, length, values, corner) = client.dump_numbers(2).unwrap();
    assert_eq!((length, values, corner), (2, vec![0.0, 0.5], None));
    assert_eq!(client.blocks_held().unwrap(), 0);
}

#[test]
fn structs_are_returned_by_pointer() {
    let (_watchdog, client) = launch("returned structs");
    assert_eq!(client.nearest(1).unwrap(), Some(Box::new(Place { x: 3, y: 4 })));
    assert_eq!(client.nearest(3).unwrap(), None);
    assert_eq!(*client.nearest_of_three(0).unwrap(), Place { x: 1, y: 2 });
    let error = client.nearest_of_three(-1).unwrap_err();
    assert!(error.to_string().contains("a null pointer"), "{error}");
    assert_eq!(*client.new_spot(5).unwrap(), Place { x: 5, y: 10 });
    assert_eq!(client.blocks_held().unwrap(), 0);
}

#[test]
fn lists_end_with_a_null_element() {
    let (_watchdog, client) = launch("lists");
    let places = [Box::new(Place { x: 5, y: 6 }), Box::new(Place { x: 1, y: 2 })];
    assert_eq!(client.list().unwrap(), (0, places.to_vec()));
    assert_eq!(client.list_handles().unwrap().1.len(), 2);
    assert_eq!(client.words(0).unwrap(), ["one", "two", "three"]);
    assert_eq!(client.words(2).unwrap(), ["three"]);
    assert!(client.words(-1).unwrap().is_empty());
    assert_eq!(client.codes().unwrap(), [7, 300, 9]);
}

#[test]
fn several_texts_are_passed_as_pointers() {
    let (_watchdog, client) = launch("lists of text");
    assert_eq!(client.count_words(&["a", "", "three"]).unwrap(), 10_005);
    assert_eq!(client.count_words(&[]).unwrap(), 0);
    assert_eq!(client.count_wide_words(&["ü", "b"]).unwrap(), 0xfc * 1000 + i32::from(b'b'));
    let error = client.count_words(&["fine", "not\0fine"]).unwrap_err();
    assert!(matches!(&error, Error::Argument { parameter, .. } if parameter == "words"), "{error}");
}

#[test]
fn texts_follow_each_other() {
    let (_watchdog, client) = launch("texts after each other");
    assert_eq!(client.drives().unwrap(), ["A:\\", "C:\\"]);
    assert_eq!(client.get_drives().unwrap(), (5, vec!["A:".to_owned(), "ü".to_owned()]));
    assert_eq!(client.new_drives().unwrap(), (0, vec!["x".to_owned(), "yz".to_owned()], 2));
    assert_eq!(client.blocks_held().unwrap(), 0);
    assert_eq!(client.multi_length(&["one", "two"]).unwrap(), 2);
    assert_eq!(client.multi_length(&[]).unwrap(), 0);
    let error = client.multi_length(&["one", "", "two"]).unwrap_err();
    assert!(matches!(error, Error::Argument { .. }), "{error}");
}

#[test]
fn functions_are_called_by_their_address() {
    let (_watchdog, client) = launch("tables of functions");
    assert_eq!(client.add_by_table(3, 4).unwrap(), 7);
    assert_eq!(client.twice_by_table(21).unwrap(), 42);
    let error = client.missing_in_table(1).unwrap_err();
    let Error::Argument { parameter, reason, .. } = &error else { panic!("{error:?}") };
    assert_eq!(
        (parameter.as_str(), reason.as_str()),
        ("self.get_table().missing", "is null, so there is nothing to call")
    );
    assert_eq!(error.was_called(), Some(false));
    assert!(client.nowhere(1).unwrap_err().to_string().contains("is no function"));
}

#[test]
fn objects_have_tables_of_functions() {
    let (_watchdog, client) = launch("objects");
    let (plus, minus, broken) =
        (client.make_meter(0).unwrap(), client.make_meter(1).unwrap(), client.make_meter(2).unwrap());
    client.set_meter(plus, 20, "volt").unwrap();
    for _ in 0..3 {
        assert_eq!(client.query_meter(plus, 3).unwrap(), (0, 36.0));
        assert_eq!(client.query_meter(minus, 3).unwrap(), (0, -30.0));
    }
    assert!(matches!(client.query_meter(plus, -1), Err(Error::Status { value: -1, .. })));
    let error = client.query_meter(broken, 1).unwrap_err();
    assert!(matches!(&error, Error::Argument { parameter, .. } if parameter == "meter->vtable[0]"), "{error}");
    if cfg!(target_pointer_width = "64") {
        let error = client.release_wrongly(broken).unwrap_err();
        assert!(matches!(&error, Error::CallingConvention { .. }), "{error}");
    }
    assert_eq!(client.release_meter(plus).unwrap(), 0);
    assert!(matches!(client.query_meter(plus, 1), Err(Error::Argument { .. })));
    assert_eq!(client.release_meter(minus).unwrap(), 0);
    assert_eq!(client.blocks_held().unwrap(), 0);
}

#[test]
fn a_handle_is_closed_once_the_condition_holds() {
    let (_watchdog, client) = launch("references");
    let meter = client.make_meter(0).unwrap();
    assert_eq!(client.hold_meter(meter).unwrap(), 2);
    assert_eq!(client.hold_meter(meter).unwrap(), 3);
    assert_eq!(client.release_meter(meter).unwrap(), 2);
    assert_eq!(client.query_meter(meter, 2).unwrap(), (0, 10.0), "it is still open");
    assert_eq!(client.release_with_count(meter).unwrap(), (0, 1));
    let error = client.release_with_count(meter).unwrap_err();
    assert!(matches!(&error, Error::Status { value: -1, .. }), "{error}");
    let error = client.hold_meter(meter).unwrap_err();
    assert!(error.to_string().contains("was closed"), "the condition counts if the check fails, too: {error}");

    let meter = client.make_meter(1).unwrap();
    let (held, left, last, closed) = client
        .batch(|batch| {
            (
                batch.hold_meter(meter),
                batch.release_meter(meter),
                batch.release_meter(meter),
                batch.release_meter(meter),
            )
        })
        .unwrap();
    assert_eq!((held.unwrap(), left.unwrap(), last.unwrap()), (2, 1, 0));
    assert!(matches!(&closed, Err(Error::Argument { parameter, .. }) if parameter == "meter"), "{closed:?}");
    assert_eq!(client.blocks_held().unwrap(), 0);
}

#[test]
fn a_method_may_call_a_function_of_another_library() {
    let (_watchdog, client) = launch("another library");
    assert_eq!(client.new_ramp(&2).unwrap(), (vec![0, 2, 4, 6, 8, 10, 12, 14], 8));
    assert_eq!(client.new_ramp_freed_elsewhere(&0).unwrap().0, [0; 8]);
    assert_eq!(client.ramps().unwrap(), 0);
    let error = client.absent().unwrap_err();
    assert!(matches!(&error, Error::SymbolMissing { symbol, .. } if symbol == "absent"), "{error}");
}

#[test]
fn a_failed_check_has_the_library_s_own_words() {
    let (_watchdog, client) = launch("words");
    assert_eq!(client.fail(0).unwrap(), 0);
    let error = client.fail(13).unwrap_err();
    let Error::Status { value, text, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*value, text.as_deref()), (13, Some("bad luck")));
    assert_eq!(error.to_string(), "`fail` failed: the library reports 13: bad luck");
    let error = client.fail(99).unwrap_err();
    assert_eq!(error.to_string(), "`fail` failed: the library reports 99");
    let error = client.fail_here(4).unwrap_err();
    assert_eq!(error.to_string(), "`fail_here` failed: the library reports 4: written by the call, 5");
    let error = client.fail_without_words(99).unwrap_err().to_string();
    assert!(error.contains("its own words are not known") && error.contains("a null pointer for text"), "{error}");
}

#[test]
fn a_method_with_a_body_may_go_on_after_a_failed_check() {
    let (_watchdog, client) = launch("attempts");
    let (failures, text) = client.failures(&[0, 13, 0, 5]).unwrap();
    assert_eq!(failures, 2);
    let words = "`fail` failed: the library reports 13: bad luck; `fail` failed: the library reports 5: no such thing";
    assert_eq!(text, words);
}

#[test]
fn a_closure_becomes_a_function_in_a_struct() {
    let (_watchdog, client) = launch("functions in structs");
    let cube = client.integrand(|x| x * x * x).unwrap();
    let line = client.integrand(|x| 2.0 * x).unwrap();
    let function =
        |callback: &bridge32::Callback| Integrand { function: callback.address(), params: callback.context() };
    assert!((client.integrate(&function(&cube), 0.0, 2.0, 1000).unwrap() - 4.0).abs() < 1e-5);
    assert!((client.integrate(&function(&line), 0.0, 3.0, 10).unwrap() - 9.0).abs() < 1e-9);
    assert!((client.integral_of_square(3.0).unwrap() - 9.0).abs() < 1e-5);
    assert!(cube.is_active());
    let gone = function(&cube);
    drop(cube);
    assert_eq!(client.integrate(&gone, 0.0, 2.0, 10).unwrap(), 0.0, "a function without its closure returns zero");
    let panics = client.integrand(|_| panic!("no integral")).unwrap();
    let error = client.integrate(&function(&panics), 0.0, 1.0, 5).unwrap_err();
    let Error::Callback { callback, reason, .. } = &error else { panic!("{error:?}") };
    assert_eq!((callback.as_str(), reason.as_str()), ("integrand", "panicked: no integral"));
}

#[test]
fn a_registered_closure_that_panics_is_not_run_again_during_the_call() {
    let (_watchdog, client) = launch("closures that panic");
    let (runs, seen) = channel();
    let closure = client.integrand(move |x| {
        runs.send(x).unwrap();
        assert!(x < 5.0, "too far");
        1.0
    });
    let closure = closure.unwrap();
    let f = Integrand { function: closure.address(), params: closure.context() };
    for _ in 0..2 {
        let error = client.integrate(&f, 10.0, 20.0, 100).unwrap_err();
        assert!(matches!(&error, Error::Callback { reason, .. } if reason == "panicked: too far"), "{error}");
        assert_eq!(seen.try_iter().count(), 1);
    }
    assert!((client.integrate(&f, 0.0, 1.0, 10).unwrap() - 1.0).abs() < 1e-9);
    assert_eq!(seen.try_iter().count(), 10);
}

#[test]
fn the_same_function_is_installed_and_uninstalled() {
    let (_watchdog, client) = launch("installed functions");
    let (events, seen) = channel();
    let handler = client.handler(move |event, text: &str| {
        events.send((event, text.to_owned())).unwrap();
        event + 1
    });
    let handler = handler.unwrap();
    let other = client.handler(|event, _: &str| -event).unwrap();
    assert_eq!(client.install(2, handler.address(), handler.context()).unwrap(), 0);
    assert_eq!(client.install(3, other.address(), other.context()).unwrap(), 0);
    assert_eq!((client.raise_event(2, 41).unwrap(), client.raise_event(3, 41).unwrap()), (42, -41));
    assert_eq!(seen.recv().unwrap(), (41, "it happened".to_owned()));
    assert_eq!(client.uninstall(2, other.address(), other.context()).unwrap(), -1);
    assert_eq!(client.uninstall(2, handler.address(), handler.context()).unwrap(), 0);
    assert_eq!(client.raise_event(2, 1).unwrap(), -5);
}

#[test]
fn a_table_of_functions_is_passed_to_the_library() {
    let (_watchdog, client) = launch("tables of closures");
    let add = client.binary(|a, b| a + b).unwrap();
    let (twice, thrice) = (client.unary(|value| 2 * value).unwrap(), client.unary(|value| 3 * value).unwrap());
    assert!(add.context().is_null());
    let hooks = Table { add: add.address(), twice: twice.address(), missing: Address::NULL };
    assert_eq!(client.use_hooks(&hooks, 20).unwrap(), 41);
    assert_eq!(client.use_hooks(&Table { missing: thrice.address(), ..hooks }, 20).unwrap(), 100);
    client.shutdown().unwrap();
    assert!(!add.is_active());
}

#[test]
fn arrays_have_the_length_of_their_type() {
    let (_watchdog, client) = launch("arrays");
    assert_eq!(client.trace(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]).unwrap(), 15.0);
    let mut values = [1, -2, 300_000, 4];
    client.rotate(&mut values).unwrap();
    assert_eq!(values, [-2, 300_000, 4, 1]);
    let (status, digest) = client.digest(&[7; 100]).unwrap();
    assert_eq!((status, digest[0], digest[19], digest[20]), (0, (7 * 3 + 7) * 3 + 7, (7 * 3 + 7) * 3 + 7, 7 * 3 + 7));
    assert!(matches!(client.digest(&[]), Err(Error::Status { value: -1, .. })));
    let (number, corners, names, codes) = client.corners().unwrap();
    assert_eq!((number, corners), (2, [Place { x: 1, y: 2 }, Place { x: 5, y: 6 }]));
    assert_eq!((names, codes), (["near", "far"].map(str::to_owned), [0, 5]));
    let mut codes = [1, 0];
    client.corners_after(&mut codes).unwrap();
    assert_eq!(codes, [0, 5]);
    let error = client.corners_after(&mut codes).unwrap_err();
    assert!(matches!(error, Error::Status { value: 8, .. }), "{error}");
}

#[test]
fn an_absent_array_of_a_fixed_length_is_a_null_pointer() {
    let (_watchdog, client) = launch("absent fixed arrays");
    let mut flags = [true, true];
    assert_eq!(client.some_of(Some(&[1, 2, 300]), Some(&mut flags)).unwrap(), 601);
    assert_eq!(flags, [true, false]);
    assert_eq!(client.some_of(None, None).unwrap(), -1);
    let results = client.batch(|batch| (batch.some_of(None, Some(&mut flags)), batch.trace(&[[0.5; 3]; 3]))).unwrap();
    assert_eq!((results.0.unwrap(), results.1.unwrap()), (-1, 1.5));
    let mut second = [1; 40];
    let mut first = [3; 40];
    first[10..30].fill(0);
    assert_eq!(client.zeros(&first, Some(&mut second)).unwrap(), 20);
    assert_eq!(second, [20; 40]);
    assert_eq!(client.zeros(&[1; 40], None).unwrap(), 0);
}

#[test]
fn closures_are_passed_arrays_and_make_them() {
    let (_watchdog, client) = launch("arrays of closures");
    let mut rows = Vec::new();
    let result = client.each_row(
        |row, change, none| {
            rows.push((*row, none.copied()));
            change[1] += change[0];
            (row[0] as i32, [change[1] as u8; 40])
        },
        true,
    );
    assert_eq!(result.unwrap(), 5000 + 10 + 40 + 40);
    assert_eq!(rows, [([1.0, 2.0, 3.0], None), ([4.0, 5.0, 6.0], Some([-1, -2]))]);
    let error = client.each_row(|_, _, _| (0, [0; 40]), false).unwrap_err();
    assert!(matches!(&error, Error::Callback { reason, .. } if reason.contains("null pointer")), "{error}");
}

#[test]
fn texts_may_be_null_also_in_arrays_and_outputs() {
    let (_watchdog, client) = launch("texts that may be null");
    let arguments = [Some("one".to_owned()), None, Some(String::new())];
    assert_eq!(client.count_arguments(&arguments).unwrap(), 39_900);
    let error = client.count_arguments(&[Some("a\0b".to_owned())]).unwrap_err();
    assert!(matches!(error, Error::Argument { .. }), "{error}");
    assert_eq!(client.word_at(1).unwrap(), (5, Some("right".to_owned())));
    assert_eq!(client.word_at(2).unwrap(), (-1, None));
    assert_eq!(client.two_words().unwrap(), ["left", "right"]);
    let mut text = Some("first second".to_owned());
    assert_eq!(client.skip_word(&mut text).unwrap(), 0);
    assert_eq!(text.as_deref(), Some("second"));
    assert_eq!(client.skip_word(&mut text).unwrap(), 1);
    assert_eq!(text, None);
    let results = client.batch(|batch| (batch.skip_word(&mut text), batch.word_at(0), batch.two_words())).unwrap();
    assert_eq!(
        (results.0.unwrap(), results.1.unwrap().1.unwrap(), results.2.unwrap().len()),
        (-1, "left".to_owned(), 2)
    );
    assert_eq!(text.as_deref(), Some("nothing"));
}

#[test]
fn pointers_to_structs_may_be_null_also_in_arrays() {
    let (_watchdog, client) = launch("pointers to structs");
    let place = |x, y| Box::new(Place { x, y });
    assert_eq!(client.place_at(2).unwrap(), (2, place(5, 6)));
    let error = client.place_at(3).unwrap_err();
    assert!(error.to_string().contains("a null pointer; declare `Option<Box<T>>`"), "{error}");
    assert_eq!(client.sum_places(&[Some(place(1, 2)), None, Some(place(3, 1))]).unwrap(), 394);
    assert_eq!((client.distance(Some(place(3, 4))).unwrap(), client.distance(None).unwrap()), (25, -1));
    let twice = |found: Option<Box<Place>>| found.map(|found| place(2 * found.x, 2 * found.y));
    assert_eq!(client.exchange(twice, 1).unwrap(), 608);
    assert_eq!(client.exchange(twice, -1).unwrap(), -1);
    assert_eq!(client.exchange(|found| found.or(Some(place(7, 8))), -1).unwrap(), 708);
}

#[test]
fn memory_holds_integers_of_the_server_s_width() {
    let (_watchdog, client) = launch("memory with sizes");
    let sizes = RemoteBuffer::<Size>::at(&client, client.get_sizes().unwrap(), 3).unwrap();
    assert_eq!(sizes.read(0, 3).unwrap(), [1, u64::from(u32::MAX), 3]);
    sizes.write(1, &[Size(7)]).unwrap();
    assert_eq!(sizes.read(1, 2).unwrap(), [7, 3]);
    let error = sizes.write(0, &[Size(1 << 32)]).unwrap_err();
    assert!(error.to_string().contains("is 4294967296, which is not a `size_t` of 32 bits"), "{error}");
    let own = RemoteBuffer::<Size>::allocate(&client, 2).unwrap();
    own.write(0, &[Size(1), Size(2)]).unwrap();
    assert_eq!(own.read(0, 2).unwrap(), [1, 2]);
}

#[test]
fn the_server_knows_the_address_of_a_handle() {
    let (_watchdog, client) = launch("addresses of handles");
    let meter = client.make_meter(0).unwrap();
    let address = client.address_of(meter).unwrap();
    let value = RemoteBuffer::<i32>::at(&client, address.offset(4), 1).unwrap();
    assert_eq!(value.read(0, 1).unwrap(), [10]);
    assert_eq!(client.query_by_address(meter, 3).unwrap(), (0, 15.0));
    client.release_meter(meter).unwrap();
    for error in [client.address_of(meter).unwrap_err(), client.query_by_address(meter, 1).unwrap_err()] {
        assert!(error.to_string().contains("is a handle that was closed"), "{error}");
        assert!(matches!(error, Error::Argument { .. }), "{error}");
    }
    let panic = std::panic::catch_unwind(|| meter.address()).unwrap_err();
    let message = panic.downcast::<String>().unwrap();
    assert!(message.contains("was given out by another server"), "{message}");
}

#[test]
fn memory_of_the_library_is_read_and_written() {
    let (_watchdog, client) = launch("memory of the library");
    let address = client.get_numbers().unwrap();
    let numbers = RemoteBuffer::<i16>::at(&client, address, 6).unwrap();
    assert_eq!((numbers.address(), numbers.len()), (address, 6));
    assert_eq!(numbers.read(0, 6).unwrap(), [10, 20, 30, 40, 50, 60]);
    numbers.write(4, &[-1, -2]).unwrap();
    assert_eq!(client.sum_of_numbers().unwrap(), 97);
    assert!(matches!(numbers.write(5, &[1, 2]), Err(Error::Argument { .. })));
    assert!(matches!(numbers.read(5, 2), Err(Error::Argument { .. })));
    drop(numbers);
    assert_eq!(client.sum_of_numbers().unwrap(), 97, "it was not freed");

    let constants = RemoteBuffer::<Place>::at(&client, client.get_constants().unwrap(), 2).unwrap();
    assert_eq!(constants.read(1, 1).unwrap(), [Place { x: 9, y: 10 }]);
    let error = constants.write(0, &[Place { x: 1, y: 1 }]).unwrap_err();
    assert!(matches!(&error, Error::Argument { parameter, .. } if parameter == "memory"), "{error}");

    let nowhere = RemoteBuffer::<f64>::at(&client, Address::new(64), 1000).unwrap();
    for error in [nowhere.read(0, 1).unwrap_err(), nowhere.write(10, &[1.0]).unwrap_err()] {
        assert!(error.to_string().contains("the argument `memory` at 0x00000040 is not there"), "{error}");
    }
    assert!(RemoteBuffer::<f64>::at(&client, Address::new(u32::MAX - 7), 2).is_err());
    assert_eq!(client.sum_of_numbers().unwrap(), 97, "the server lives on");
    client
        .look(|address, n| {
            let numbers = RemoteBuffer::<i16>::at(&client, address, n as usize).unwrap();
            assert_eq!(numbers.read(3, 3).unwrap(), [40, -1, -2]);
            numbers.write(0, &[0; 3]).unwrap();
        })
        .unwrap();
    assert_eq!(client.sum_of_numbers().unwrap(), 37);
}

#[test]
fn the_library_gets_what_the_interface_says_if_a_closure_fails() {
    let (_watchdog, client) = launch("the value of a failed closure");
    let answers = || [0, 1, 2, 3].map(|i| client.answer(i).unwrap());
    let until_two = |value| if value < 2 { 10 + value } else { panic!("enough") };
    let is_failure = |result: Result<i32, Error>| matches!(result, Err(Error::Callback { .. }));
    assert!(is_failure(client.collect(until_two)));
    assert_eq!(answers(), [10, 11, -1, -1]);
    client.collect(|value| value).unwrap();
    assert_eq!(answers(), [0, 1, 2, 3]);
    assert!(is_failure(client.collect_truth(Some(|_| panic!("at once")))));
    assert_eq!(answers(), [1; 4]);
    let word = |value| if value == 1 { "a\0b".to_owned() } else { "x".to_owned() };
    assert!(is_failure(client.collect_words(word)), "C cannot hold the second one");
    assert_eq!(answers().map(|byte| byte as u8), *b"x???");

    let registration = client.keep_judge(until_two).unwrap();
    assert!(is_failure(client.ask_judge()));
    assert_eq!(answers(), [10, 11, -3, -3]);
    drop(registration);
    client.ask_judge().unwrap();
    assert_eq!(answers(), [-3; 4], "the closure is gone");

    let judgement = client.judgement(until_two).unwrap();
    assert!(is_failure(client.collect_from(judgement.address())));
    assert_eq!(answers(), [10, 11, -7, -7]);
}
