//! Structs whose fields are more than numbers: text, arrays, lengths.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use bridge32::{Address, Error};
use bridge32_tests::assertions::assert_refused;
use bridge32_tests::fields::{
    Badge, BitFields, Bits, Card, FieldsClient, Halves, Image, Matrices, NameList, Number, Packet, Series, Sized,
    Variant, Wide64,
};
use bridge32_tests::pair::Pair;
use bridge32_tests::vocabulary::Color;
use bridge32_tests::watchdog::Watchdog;

fn launch(test: &'static str) -> (Watchdog, FieldsClient) {
    (Watchdog::new(test), FieldsClient::launch().unwrap())
}

/// Asserts that the library returned something invalid.
#[track_caller]
fn assert_fault<T: std::fmt::Debug>(result: Result<T, Error>, reason: &str) {
    let error = result.unwrap_err();
    assert!(error.to_string().contains(&format!("the library returned {reason}")), "{error}");
}

fn card() -> Card {
    Card { title: "Größe".into(), latin: "ÿé".into(), plain: "é".into(), maybe: None }
}

#[test]
fn structs_point_to_text_in_every_encoding() {
    let (_watchdog, client) = launch("text behind pointers in structs");
    assert_eq!(client.card_units(&card()).unwrap(), 5 + 20 + 200 + 9000);
    let there = Card { maybe: Some("ab".into()), ..card() };
    assert_eq!(client.card_units(&there).unwrap(), 5 + 20 + 200 + 2000);
    assert_eq!(client.latin_byte(&card(), 0).unwrap(), 0xff);
    let some =
        Card { title: "Säge".into(), latin: "Äpfel".into(), plain: "plain".into(), maybe: Some("there".into()) };
    assert_eq!(client.some_card(1).unwrap(), some);
    assert_eq!(client.some_card(0).unwrap(), Card { maybe: None, ..some });
    let euro = Card { latin: "5 €".into(), ..card() };
    assert_refused(client.card_units(&euro), "card.Card.latin", "contains '€', which Latin-1 does not have");
    let nul = Card { title: "a\0b".into(), ..card() };
    assert_refused(client.card_units(&nul), "card.Card.title", "contains a NUL");
}

#[test]
fn text_that_the_library_moves_ends_in_its_memory() {
    let (_watchdog, client) = launch("moved text in structs");
    let mut moved = card();
    client.skip_title(&mut moved, 2).unwrap();
    assert_eq!(moved, Card { title: "öße".into(), ..card() });
    assert_fault(client.skip_title(&mut card(), 6), "text without a NUL in the 0 bytes that were passed");
}

fn badge() -> Badge {
    Badge { kind: 200, name: "Zoé".into(), wide: "öäü".into(), lines: ["one", "", "three"].map(str::to_owned) }
}

#[test]
fn structs_contain_text_itself() {
    let (_watchdog, client) = launch("inline text in structs");
    let size = if Pair::current().is_windows_server() { 36 } else { 48 };
    assert_eq!(client.badge_size().unwrap(), size, "`wchar_t` has 16 or 32 bits");
    assert_eq!(client.badge_units(badge()).unwrap(), 3 + 30 + 800);
    let mut turned = badge();
    client.turn_badge(&mut turned).unwrap();
    let lines = ["", "three", "one"].map(str::to_owned);
    assert_eq!(turned, Badge { kind: 200, name: "éoZ".into(), wide: "üäü".into(), lines });
}

#[test]
fn text_in_a_struct_fits_or_is_refused_and_ends_with_its_field() {
    let (_watchdog, client) = launch("the ends of inline text");
    let mut full = Badge { name: "seven 7".into(), lines: ["five5", "", ""].map(str::to_owned), ..badge() };
    assert_eq!(client.badge_units(full.clone()).unwrap(), 7 + 30 + 500);
    full.name.push('8');
    assert_refused(
        client.badge_units(full),
        "badge.Badge.name",
        "needs 9 code units with its NUL, and there is room for 8",
    );
    let long = Badge { wide: "four".into(), ..badge() };
    assert_refused(client.badge_units(long), "badge.Badge.wide", "needs 5 code units");
    let long = Badge { lines: ["", "sixsix", ""].map(str::to_owned), ..badge() };
    assert_refused(client.badge_units(long), "badge.Badge.lines", "needs 7 code units");
    let nul = Badge { name: "\0".into(), ..badge() };
    assert_refused(client.badge_units(nul), "badge.Badge.name", "contains a NUL");
    let mut filled = badge();
    client.fill_badge(&mut filled).unwrap();
    let lines = ["llllll"; 3].map(str::to_owned);
    assert_eq!(filled, Badge { kind: 200, name: "énnnnnnn".into(), wide: "wwww".into(), lines });
}

#[test]
fn structs_contain_arrays_of_arrays() {
    let (_watchdog, client) = launch("arrays of arrays in structs");
    let mut rows = [[0; 40]; 2];
    rows[0] = std::array::from_fn(|i| i as u8);
    let mut all =
        Matrices { m: [[1., 2., 3., 4.], [5., 6., 7., 8.], [9., 10., 11., 12.]], cube: [[[100; 2]; 3]; 2], rows };
    client.transpose_first(&mut all).unwrap();
    assert_eq!(all.m, [[1., 5., 9., 4.], [2., 6., 10., 8.], [3., 7., 11., 12.]]);
    assert_eq!(all.cube, [[[101, 102], [103, 104], [105, 106]], [[107, 108], [109, 110], [111, 112]]]);
    assert_eq!(all.rows, [rows[0]; 2]);
}

#[test]
fn structs_point_to_arrays_of_characters() {
    let (_watchdog, client) = launch("arrays of inline text");
    let names = ["a", "four", "", "bb"].map(str::to_owned).to_vec();
    assert_eq!(client.name_list_units(&NameList { n: 0, names }).unwrap(), 1402);
    assert_eq!(client.name_list_units(&NameList { n: 7, names: vec![] }).unwrap(), 0);
    let long = NameList { n: 0, names: vec!["seven77".into()] };
    assert_refused(client.name_list_units(&long), "list.NameList.names", "needs 8 code units");
}

#[test]
fn one_field_is_the_length_of_several_arrays() {
    let (_watchdog, client) = launch("common lengths in structs");
    let (x, y) = (vec![1., 2., 3.], vec![10., 100., 1000.]);
    let series = Series { n: 0, x, y, weights: None };
    assert_eq!(client.series_sum(&series).unwrap(), 3210.);
    let weighted = Series { weights: Some(vec![1., 0., 2.]), ..series.clone() };
    assert_eq!(client.series_sum(&weighted).unwrap(), 6010.);
    let short = Series { weights: Some(vec![1.]), ..series };
    assert_refused(
        client.series_sum(&short),
        "series.weights",
        "has 1 elements and `y` has 3; `n` is the length of both",
    );
}

#[test]
fn a_length_is_an_expression_over_other_fields() {
    let (_watchdog, client) = launch("computed lengths in structs");
    let image = Image { data: vec![1, 2, 3, 4, 5, 250], width: 3, height: 2 };
    let mut inverted = image.clone();
    assert_eq!(client.invert_image(&mut inverted).unwrap(), 6);
    assert_eq!(inverted.data, [254, 253, 252, 251, 250, 5]);
    let mut short = Image { data: vec![1, 2, 3], ..image.clone() };
    assert_refused(client.invert_image(&mut short), "image.Image.data", "has 3 elements");
    let mut negative = Image { width: -1, ..image.clone() };
    assert_refused(client.invert_image(&mut negative), "image.Image.data", "would have -2 elements");

    let mut smaller = image.clone();
    client.resize_image(&mut smaller, 2, 1).unwrap();
    assert_eq!(smaller, Image { data: vec![1, 2], width: 2, height: 1 });
    for (width, height, count) in [(100, 100, 10_000), (-1, 1, -1), (7, 1, 7)] {
        let reason = format!("{count} as the length of `Image.data`");
        assert_fault(client.resize_image(&mut image.clone(), width, height), &reason);
    }
    assert_eq!(client.own_image().unwrap(), Image { data: vec![1, 2, 3, 4, 5, 6], width: 3, height: 2 });
    let mut empty = Image { data: vec![], width: 0, height: 0 };
    assert_fault(client.resize_image(&mut empty, 1, 1), "a null pointer for an array of 1 elements in `Image.data`");
}

#[test]
fn fixed_fields_are_what_the_interface_says() {
    let (_watchdog, client) = launch("fixed fields");
    let mut sized = Sized { cb_size: 77, version: 0, only_in_32: Address::NULL, value: 1.5 };
    assert_eq!(client.sized_is_right(&sized).unwrap(), 1);
    client.shrink_sized(&mut sized).unwrap();
    assert_eq!(sized, Sized { cb_size: 4, version: 1, only_in_32: Address::NULL, value: 3.0 });
    assert_eq!(client.sized_is_right(&sized).unwrap(), 1, "what the caller puts there is ignored");
}

#[test]
fn unions_are_passed_and_returned() {
    let (_watchdog, client) = launch("unions");
    let number = client.number_of(1.5).unwrap();
    assert_eq!((number.f(), number.raw()), (1.5, 1.5f32.to_bits()));
    assert_eq!(client.number_bits(Number { bytes: [1, 2, 3, 4] }).unwrap(), 0x0403_0201);
    assert_eq!(client.number_bits(Number { low: 7 }).unwrap() & 0xffff, 7);
    let mut negated = number;
    client.negate_number(&mut negated).unwrap();
    assert_eq!(negated, Number { f: -1.5 });
    for i in [-2, 1 << 40] {
        assert_eq!(client.wide_of(i).unwrap().i(), i);
        assert_eq!(client.wide_by_msvc(i).unwrap().i(), i);
    }
    assert_eq!(client.wide_double(&Wide64 { d: 0.25 }).unwrap(), 0.25);
    let large = client.large_of(100, -3.5).unwrap();
    assert_eq!((large.d(), large.bytes()[8], large.bytes()[19]), (-3.5, 108, 119));
    assert_eq!(client.number_sum(&[1.0, 2.5, -0.5].map(|f| Number { f })).unwrap(), 3.0);
    assert_eq!(client.call_number(|number| Number { f: number.f() * 3.0 }, 1.5).unwrap(), 4.5);
}

#[test]
fn unions_in_structs_are_where_c_has_them() {
    let (_watchdog, client) = launch("unions in structs");
    assert_eq!(client.variant_size().unwrap(), if Pair::current().is_windows_server() { 24 } else { 16 });
    let variant = Variant { kind: 1, value: Wide64 { d: 1.25 }, small: Number { raw: 0 } };
    let next = client.next_variant(variant).unwrap();
    assert_eq!((next.kind, next.value.d(), next.small.raw()), (1, 2.5, 0x0100_0000));
    let variant = Variant { kind: 2, value: Wide64 { i: -9 }, ..variant };
    assert_eq!(client.next_variant(variant).unwrap().value.i(), -8);
}

#[test]
fn fields_of_unions_that_hold_no_value_are_recognized() {
    let (_watchdog, client) = launch("invalid fields of unions");
    let wide = client.wide_of(5).unwrap();
    assert_eq!((wide.truth(), wide.color()), (true, Some(Color::Blue)));
    assert!(!client.wide_of(0x100).unwrap().truth());
    assert_eq!(client.wide_of(3).unwrap().color(), None);
    assert_eq!(format!("{:?}", Number { bytes: [1, 2, 0xab, 4] }), "Number([01, 02, ab, 04])");
}

#[test]
fn bit_fields_are_those_of_c() {
    let (_watchdog, client) = launch("bit fields");
    let bits = client.make_bits(5, 0xabc, 0x1_2345).unwrap();
    assert_eq!((bits.kind, bits.fields.low(), bits.fields.middle(), bits.fields.high()), (7, 5, 0xabc, 0x1_2345));
    let fields = BitFields::new().with_middle(0xdef).with_low(7).with_high(0x1_ffff);
    assert_eq!(client.middle_bits(&Bits { kind: 0, fields }).unwrap(), 0xdef);
}

#[test]
fn packed_structs_have_fields_of_every_type() {
    let (_watchdog, client) = launch("packed structs");
    assert_eq!((client.packet_size().unwrap(), client.halves_size().unwrap()), (27, 18));
    let packet = |name: &str, value| Packet {
        kind: 1,
        name: name.to_owned(),
        value,
        number: Number { f: 0.5 },
        title: "größe".to_owned(),
        marks: [30, 10],
    };
    assert_eq!(client.packet_sum(&[packet("", 1.25), packet("five5", -0.25)]).unwrap(), 15_042.0);
    let mut next = packet("one", 1.5);
    client.next_packet(&mut next).unwrap();
    let (number, marks) = (Number { raw: 7 }, [30, -30]);
    assert_eq!(next, Packet { kind: 2, number, marks, ..packet("Nne", 3.0) });
    assert_refused(client.next_packet(&mut packet("sixsix", 0.0)), "packet.Packet.name", "needs 7 code units");

    let halves = Halves { kind: 3, value: 0.5, n: 0, all: vec![1, 2, 3], last: 254 };
    assert_eq!(client.make_halves(&halves).unwrap(), Halves { n: 3, value: 6.5, last: 255, ..halves });
}
