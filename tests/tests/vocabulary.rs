//! Every type and attribute of an interface, with a native library.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use bridge32::{Address, Bool32, Error};
use bridge32_tests::pair::Pair;
use bridge32_tests::vocabulary::{
    Color, Flags, Label, Loose, Packed, Point, Polygon, Rectangle, Thing, VocabularyClient,
};
use bridge32_tests::watchdog::Watchdog;

fn launch(test: &'static str) -> (Watchdog, VocabularyClient) {
    (Watchdog::new(test), VocabularyClient::launch().unwrap())
}

#[test]
fn booleans_and_addresses_are_passed() {
    let (_watchdog, client) = launch("truth values");
    assert_eq!(client.negate(Bool32(true)).unwrap(), false);
    assert_eq!(client.negate(false.into()).unwrap(), true, "any value but zero is true");
    assert_eq!(client.next_address(Address::new(0x7fff_fffe)).unwrap(), Address::new(0x7fff_ffff));
    assert_eq!(client.next_address(Address::new(0xffff_fffe)).unwrap(), Address::new(0xffff_ffff));
    assert!(Address::NULL.is_null());
}

#[test]
fn single_values_are_passed_by_pointer() {
    let (_watchdog, client) = launch("single values");
    assert_eq!(client.divide(17, 5).unwrap(), (0, 3, 2));
    assert_eq!(client.divide(1, 0).unwrap(), (-1, 111, 0), "an out parameter that the library does not write is zero");
    let mut value = i64::MAX - 5;
    client.advance(&mut value, &5).unwrap();
    assert_eq!(value, i64::MAX);
    assert_eq!(client.split(-2.5).unwrap(), (-2, -0.5));
}

#[test]
fn arrays_are_returned_in_out_parameters() {
    let (_watchdog, client) = launch("arrays out");
    for n in [0, 1, 10, 2 << 20] {
        let xin: Vec<f64> = (0..n).map(f64::from).collect();
        let xout = client.scalar_multiply(2.0, &xin).unwrap();
        assert_eq!(xout.len(), xin.len());
        assert!(xout.iter().zip(&xin).all(|(out, x)| *out == 2.0 * x));
    }
    assert_eq!(client.divisors(12).unwrap(), (vec![1, 2, 3, 4, 6, 12], 6));
    assert_eq!(client.squares(9).unwrap(), (4, vec![0, 1, 4, 9]));
    assert_eq!(client.squares(0).unwrap(), (0, vec![]));
    assert_eq!(client.read_samples().unwrap(), [0.0, 0.5, 1.0, 1.5, 2.0]);
    assert_eq!(client.table().unwrap(), [2, 3, 5, 7]);
    let product = client.matrix_multiply(&[1., 2., 3., 4., 5., 6.], &2, &3, &[1., 2., 3., 4., 5., 6.], &2).unwrap();
    assert_eq!(product, [22., 28., 49., 64.]);
}

#[test]
fn arrays_are_changed_by_the_library() {
    let (_watchdog, client) = launch("arrays in out");
    let mut values = [i16::MIN / 2, -1, 0, 1, 100];
    client.double_all(&mut values).unwrap();
    assert_eq!(values, [i16::MIN, -2, 0, 2, 200]);
    client.double_all(&mut []).unwrap();
    let mut xin = [1.0, 2.5];
    assert_eq!(client.multiply_mut(2.0, &mut xin).unwrap(), [2.0, 5.0], "its length is that of the mutable slice");
    let mut flags = [true, false, false];
    assert_eq!(client.invert_all(&mut flags).unwrap(), 2);
    assert_eq!(flags, [false, true, true]);
}

#[test]
fn invalid_lengths_are_faults() {
    let (_watchdog, client) = launch("wrong lengths");
    let assert_mentions = |error: Error, part: &str| assert!(error.to_string().contains(part), "{error}");
    // 720720 has 240 divisors, but the buffer has room for ten.
    assert_mentions(
        client.divisors(720_720).unwrap_err(),
        "`divisors`: the library returned 240 as the length of `found`",
    );
    assert_mentions(client.lying_length().unwrap_err(), "5 as the length of `values`, whose buffer has room for 4");
    assert_eq!(client.returned_length(1).unwrap(), (1, vec![5]));
    assert_mentions(
        client.returned_length(-3).unwrap_err(),
        "`returned_length`: the library returned -3 as the length of `values`",
    );
    assert_mentions(client.squares(-1).unwrap_err(), "`squares`: the argument `values` would have -1 elements");
    assert_mentions(client.squares(i32::MAX).unwrap_err(), "for which there is no memory");
    assert_mentions(client.missing_table().unwrap_err(), "a null pointer for an array of 4 elements");
    assert_mentions(client.double_all(&mut [0; 256]).unwrap_err(), "has 256 elements, more than `n: u8` can hold");
    assert_eq!(client.table().unwrap().len(), 4, "the server still runs");
}

#[test]
fn text_is_passed_in_every_encoding() {
    let (_watchdog, client) = launch("text");
    assert_eq!(client.upper("naïve").unwrap(), "NAïVE");
    assert_eq!(client.upper("").unwrap(), "");
    assert_eq!(client.upper(&"x".repeat(1000)).unwrap(), "X".repeat(255));
    assert_eq!(client.length_of_text(Some("naïve")).unwrap(), 6);
    assert_eq!((client.length_of_text(Some("")).unwrap(), client.length_of_text(None).unwrap()), (0, 0));
    assert!(matches!(client.length_of_text(Some(&"x".repeat(1 << 15))), Err(Error::Argument { .. })));
    assert_eq!(client.length_of_bytes(c"\xff\xfe").unwrap(), 2);
    assert_eq!(client.length_of_wide_text("grüß").unwrap(), 4);
    assert_eq!(client.wide_length(None).unwrap(), -1);
    assert_eq!(client.wide_length(Some("")).unwrap(), 0);
    // `wchar_t` has 16 bits on Windows, 32 elsewhere.
    let crab = if Pair::current().is_windows_server() { 2 } else { 1 };
    assert_eq!(client.wide_length(Some("🦀")).unwrap(), crab);
    assert_eq!(client.wide_reverse("grüß").unwrap(), "ßürg");
    let mut size = 100;
    assert_eq!(client.wide_reverse_into("grüß", &mut size).unwrap(), "ßürg");
    assert_eq!(size, 4);
    let error = client.wide_reverse_into("größer", &mut size).unwrap_err();
    assert!(error.to_string().contains("6 as the length of `buffer`, whose buffer has room for 4"), "{error}");
    assert_eq!(size, 4);
    assert_eq!(client.wide_name().unwrap(), "grüß");
    assert_eq!(client.byte_at("é", 0).unwrap(), 0xe9);
    assert_eq!(client.latin_name().unwrap().as_deref(), Some("café"));
    // In the code page of Wine and of western Windows, é has the same byte as in Latin-1; elsewhere it is UTF-8.
    let expected = if Pair::current().is_windows_server() { 0xe9 } else { 0xc3 };
    assert_eq!(client.ansi_byte_at("é", 0).unwrap(), expected);
    assert_eq!(client.fill(5).unwrap(), (5, "xxxxx".to_owned()), "text without a NUL ends with the buffer");
    assert_eq!(client.fill(0).unwrap(), (0, String::new()));
}

#[test]
fn text_is_utf_16_on_every_system() {
    let (_watchdog, client) = launch("UTF-16");
    let crab = "🦀".encode_utf16().map(i32::from).collect::<Vec<_>>();
    assert_eq!(client.utf16_unit_at(Some("a🦀"), 1).unwrap(), crab[0]);
    assert_eq!(client.utf16_unit_at(Some("a🦀"), 2).unwrap(), crab[1]);
    assert_eq!(client.utf16_unit_at(Some("a🦀"), 3).unwrap(), 0);
    assert_eq!(client.utf16_unit_at(None, 0).unwrap(), -1);
    assert_eq!(client.utf16_reverse("größer").unwrap(), "reßörg");
    assert_eq!(client.utf16_name(0).unwrap(), None);
    assert_eq!(client.utf16_name(1).unwrap().as_deref(), Some("cé🦀"));
    let error = client.utf16_name(2).unwrap_err();
    assert!(matches!(error, Error::Fault { .. }) && error.to_string().contains("text that is not UTF-16"), "{error}");
    let answered = client.utf16_ask(|line| {
        assert_eq!(line, "cé🦀");
        "über".to_owned()
    });
    assert_eq!(answered.unwrap(), 4 * 0x10000 + 0xfc);
    let label = Label { title: "né".into(), name: "Zo 🦀".into() };
    assert_eq!(client.label_units(&label).unwrap(), 0xe9 * 0x10000 + 0x6f);
    assert_eq!(client.some_label().unwrap(), Label { title: "cé🦀".into(), name: "cé🦀".into() });
    let long = Label { name: "Zoë 🦀".into(), ..label };
    assert!(matches!(client.label_units(&long), Err(Error::Argument { .. })), "6 units and a NUL in 6");
    assert_eq!(client.utf16_count(&["\u{1}", "\u{2}x", "\u{3}"]).unwrap(), 10203);
}

#[test]
fn text_that_an_encoding_cannot_represent_is_refused() {
    let (_watchdog, client) = launch("lacking text");
    let error = client.byte_at("5 €", 0).unwrap_err();
    assert_eq!(error.to_string(), "`byte_at`: the argument `text` contains '€', which Latin-1 does not have");
    let error = client.wide_length(Some("a\0b")).unwrap_err();
    assert!(matches!(error, Error::Argument { .. }), "{error}");
    if Pair::current().is_windows_server() {
        let error = client.ansi_byte_at("漢", 0).unwrap_err();
        assert!(error.to_string().contains("code page"), "{error}");
    }
    let error = client.wide_reverse(&"x".repeat(100)).unwrap_err();
    assert!(error.to_string().contains("100 as the length of `buffer`, whose buffer has room for 64"), "{error}");
}

#[test]
fn memory_allocated_by_the_library_is_freed() {
    let (_watchdog, client) = launch("memory of the library");
    assert_eq!(client.make_text(5).unwrap(), "mmmmm");
    assert_eq!(client.make_ramp(3).unwrap(), [0.0, 1.0, 2.0]);
    assert_eq!(client.make_ramp(0).unwrap(), [0.0; 0]);
    assert_eq!(client.stdcall_text().unwrap(), "mmm");
    assert_eq!(client.still_held().unwrap(), 0);
}

const A: Point = Point { x: 1.0, y: 2.0 };
const B: Point = Point { x: 5.0, y: 10.0 };

#[test]
fn structs_are_passed_and_returned() {
    let (_watchdog, client) = launch("structs");
    assert_eq!(client.midpoint(A, B).unwrap(), Point { x: 3.0, y: 6.0 });
    let mut rectangle = Rectangle { corners: [A, B], layer: 2 };
    assert_eq!(client.area(&rectangle).unwrap(), 64.0);
    client.grow(&mut rectangle, 1.0).unwrap();
    assert_eq!(rectangle, Rectangle { corners: [A, Point { x: 6.0, y: 11.0 }], layer: 3 });
    let unit = Rectangle { corners: [Point { x: 0.0, y: 0.0 }, Point { x: 1.0, y: 1.0 }], layer: 1 };
    assert_eq!(client.unit_box().unwrap(), unit);
    assert_eq!(client.path_length(&[A, B, A]).unwrap(), 24.0);
    assert_eq!(client.path_length(&[]).unwrap(), 0.0);
    let mut points = [A, B];
    client.flip_all(&mut points).unwrap();
    assert_eq!(points, [Point { x: 2.0, y: 1.0 }, Point { x: 10.0, y: 5.0 }]);
    assert_eq!(client.loose_sum(Loose { small: 5, large: 1 << 40 }).unwrap(), (1 << 40) + 5);
    assert_eq!(client.loose_size().unwrap(), if Pair::current().is_windows_server() { 16 } else { 12 });
    let packed = Packed { kind: 1, size: 0x0102_0304, flags: 0xff };
    assert_eq!(client.repack(&packed).unwrap(), Packed { kind: 2, size: 0x0102_0305, flags: 0x100 });
    assert_eq!(client.packed_size().unwrap(), 7);
}

#[test]
fn structs_with_pointers_are_passed_and_returned() {
    let (_watchdog, client) = launch("deep structs");
    // The length is overwritten, whatever the caller sets.
    assert_eq!(client.polygon_sum(Polygon { n: 99, points: vec![A, B] }).unwrap(), 52.0);
    assert_eq!(client.polygon_sum(Polygon { n: 0, points: vec![] }).unwrap(), 0.0);
    // 16 MiB, then a single point.
    for count in [1, 1 << 20] {
        let points = vec![Point { x: 1.0, y: 2.0 }; count];
        assert_eq!(client.polygon_sum(Polygon { n: 0, points }).unwrap(), 2.0 * count as f64);
    }
    let polygon = client.some_polygon().unwrap();
    assert_eq!((polygon.n, polygon.points.len(), polygon.points[2]), (3, 3, Point { x: 5.0, y: 6.0 }));

    let thing = Thing { id: 1, name: Some("four".into()), place: Some(Box::new(A)), weight: 0.5 };
    assert_eq!(client.thing_sum(&thing).unwrap(), 6.5);
    assert_eq!(client.thing_sum(&Thing { name: None, place: None, ..thing }).unwrap(), 0.5);
    let expected =
        Thing { id: 5, name: Some("thing".into()), place: Some(Box::new(Point { x: 7.0, y: 8.0 })), weight: 0.25 };
    assert_eq!(client.some_thing().unwrap(), expected);
    let error = client.thing_sum(&Thing { name: Some("a\0b".into()), ..expected }).unwrap_err();
    assert!(error.to_string().contains("the argument `thing.Thing.name` contains a NUL"), "{error}");
}

#[test]
fn enums_and_bit_sets_are_passed_as_integers() {
    let (_watchdog, client) = launch("enums");
    assert_eq!(client.next_color(Color::Red).unwrap(), Color::Green);
    assert_eq!(client.next_color(Color::Green).unwrap(), Color::Blue);
    let error = client.next_color(Color::Blue).unwrap_err();
    assert_eq!(error.to_string(), "`next_color`: the library returned 77, which is not a `Color`");
    assert_eq!(client.toggle(Flags(0b1100), Flags(0b1010)).unwrap(), Flags(0b0110));
}

#[test]
fn a_failed_check_is_an_error_with_its_reason() {
    let (_watchdog, client) = launch("check");
    assert_eq!(client.checked(3).unwrap(), (3, 5));
    let error = client.checked(-3).unwrap_err();
    assert!(matches!(error, Error::Status { value: -3, os_error: None, .. }), "{error:?}");
    assert_eq!(error.to_string(), "`checked` failed: the library reports -3");
    assert_eq!(client.compare_flags(Flags(5), Flags(5)).unwrap(), Flags::NONE);
    let error = client.compare_flags(Flags(0x8000_0001), Flags(1)).unwrap_err();
    assert!(matches!(error, Error::Status { value: 0x8000_0000, .. }), "{error:?}");
    assert_eq!(client.divide_checked(7, 2).unwrap(), (0, 3, 1));
    assert!(matches!(client.divide_checked(7, 0), Err(Error::Status { value: -1, .. })));

    assert!(client.fails_with_errno(0).unwrap());
    let Err(Error::Status { os_error: Some(reason), .. }) = client.fails_with_errno(2) else { panic!("no reason") };
    assert_eq!(reason.code, Some(2));
    assert!(reason.message.contains("No such file"), "{reason}");
    let Err(Error::Status { os_error: Some(reason), .. }) = client.fails_with_last_error(5) else {
        panic!("no reason")
    };
    assert_eq!(reason.code, Some(5));
}

#[test]
fn global_variables_are_read_and_written() {
    let (_watchdog, client) = launch("variables");
    assert_eq!(client.level().unwrap(), 3);
    client.set_level(-7).unwrap();
    assert_eq!(client.level().unwrap(), -7);
    assert_eq!(client.label().unwrap(), "label");
    assert!(client.unused_pointer().unwrap().is_null());
}

#[test]
fn out_parameters_work_in_other_calling_conventions() {
    let (_watchdog, client) = launch("conventions");
    for i in 0..100 {
        assert_eq!(client.stdcall_out(i).unwrap(), (i, 2 * i));
    }
}

#[test]
fn methods_with_a_body_take_the_same_types() {
    let (_watchdog, client) = launch("bodies");
    let mut words = ["b".to_owned(), "a".to_owned()];
    let mut counter = 41;
    client.sort(&mut words, &mut counter).unwrap();
    assert_eq!((words, counter), (["a".to_owned(), "b".to_owned()], 42));
    assert_eq!(client.center(vec![Some(A), None, Some(B)]).unwrap(), Some(Point { x: 3.0, y: 6.0 }));
    assert_eq!(client.center(vec![]).unwrap(), None);
}
