//! The extreme values of every scalar in every position, and every kind of buffer from nothing to 16 MiB.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::ffi::{CStr, CString};

use bridge32::{Bool32, Error};
use bridge32_tests::extremes::{ExtremesClient, Two};
use bridge32_tests::watchdog::Watchdog;

/// Empty, one element, many, and 16 MiB.
const SIZES: [u32; 4] = [0, 1, 1000, 16 << 20];

fn launch(test: &'static str) -> (Watchdog, ExtremesClient) {
    (Watchdog::new(test), ExtremesClient::launch().unwrap())
}

/// Passes each pair of values by value, by reference and as a mutable reference, and all values in an array.
macro_rules! echoes {
    ($client:ident, $($echo:ident $reverse:ident [$($value:expr),*];)*) => {$(
        let values = [$($value),*];
        for value in values {
            for by in values {
                let mut both = by;
                let (returned, out, before) = $client.$echo(value, &by, &mut both).unwrap();
                assert_eq!((returned, out, before, both), (value, by, by, value), stringify!($echo));
            }
        }
        for length in 0..=values.len() {
            let mut expected = values[..length].to_vec();
            expected.reverse();
            assert_eq!($client.$reverse(&values[..length]).unwrap(), (length as i32, expected), stringify!($reverse));
        }
    )*};
}

#[test]
fn extreme_scalars_arrive_in_every_position() {
    let (_watchdog, client) = launch("extreme scalars");
    echoes! { client,
        echo_i8 reverse_i8 [i8::MIN, -1, 0, 1, i8::MAX];
        echo_u8 reverse_u8 [0, 1, 0x80, u8::MAX];
        echo_i16 reverse_i16 [i16::MIN, -1, 0, 1, i16::MAX];
        echo_u16 reverse_u16 [0, 1, 0x8000, u16::MAX];
        echo_i32 reverse_i32 [i32::MIN, -1, 0, 1, i32::MAX];
        echo_u32 reverse_u32 [0, 1, 0x8000_0000, u32::MAX];
        echo_i64 reverse_i64 [i64::MIN, -1, 0, 1, i64::MAX, 0x1_0000_0000];
        echo_u64 reverse_u64 [0, 1, 0x8000_0000_0000_0000, u64::MAX];
        echo_f32 reverse_f32 [f32::MIN, -0.5, 0.0, f32::MIN_POSITIVE, 1e-45, f32::MAX, f32::INFINITY, f32::NEG_INFINITY];
        echo_f64 reverse_f64 [f64::MIN, -0.5, 0.0, f64::MIN_POSITIVE, 5e-324, f64::MAX, f64::INFINITY, f64::NEG_INFINITY];
        echo_bool reverse_bool [false, true];
        echo_bool32 reverse_bool32 [Bool32(false), Bool32(true)];
    }
    let (nan, _, _) = client.echo_f64(f64::NAN, &0.0, &mut 0.0).unwrap();
    assert!(nan.is_nan());
    let (_, negative_zero, _) = client.echo_f64(0.0, &-0.0, &mut 0.0).unwrap();
    assert!(negative_zero == 0.0 && negative_zero.is_sign_negative());
}

fn ramp(n: u32) -> Vec<u8> {
    (0..n).map(|i| (i * 7) as u8).collect()
}

fn checksum(data: &[u8]) -> u64 {
    data.iter().fold(data.len() as u64, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()))
}

#[test]
fn arrays_of_all_sizes_arrive() {
    let (_watchdog, client) = launch("arrays of all sizes");
    for n in SIZES {
        let data = ramp(n);
        assert_eq!(client.checksum(&data).unwrap(), checksum(&data), "in");
        let mut inverted = data.clone();
        client.invert(&mut inverted).unwrap();
        assert!(inverted.iter().zip(&data).all(|(inverted, byte)| *inverted == !byte), "changed in place");
        assert!(client.ramp(n).unwrap() == data, "out");
        assert!(client.partly(n, n / 2).unwrap() == (n / 2, ramp(n / 2)), "an out parameter whose length is returned");
        assert!(client.sized(n).unwrap() == data, "an out parameter of a given size");
        assert!(client.new_ramp(n).unwrap() == data, "returned");
    }
}

#[test]
fn arrays_of_structs_arrive() {
    let (_watchdog, client) = launch("structs in arrays of all sizes");
    for n in SIZES.map(|n| n / 8) {
        let mut pairs = vec![Two { a: -1, b: i32::MAX }; n as usize];
        assert_eq!(client.sum_pairs(&pairs).unwrap(), i64::from(n) * i64::from(i32::MAX - 1));
        client.count_pairs(&mut pairs).unwrap();
        assert!(pairs.iter().enumerate().all(|(i, pair)| *pair == Two { a: i as i16, b: i as i32 }));
    }
}

#[test]
fn text_of_all_sizes_arrives() {
    let (_watchdog, client) = launch("text of all sizes");
    for n in SIZES {
        let (ascii, umlauts) = ("x".repeat(n as usize), "ü".repeat(n as usize));
        assert_eq!(client.text_length(&ascii).unwrap(), n);
        assert_eq!(client.latin_length(&umlauts).unwrap(), n);
        assert_eq!(client.wide_text_length(&umlauts).unwrap(), n);
        assert!(client.fill_text(n).unwrap() == ascii);
        assert!(client.fill_wide(n).unwrap() == umlauts);
        assert!(client.new_text(n).unwrap() == ascii);
        let mut received = None;
        client.pass_text(&ascii, |text| received = Some(text.to_owned())).unwrap();
        assert!(received.as_deref() == Some(ascii.as_str()));
    }
}

#[test]
fn c_strings_need_not_be_utf_8() {
    let (_watchdog, client) = launch("bytes for C");
    assert_eq!(client.bytes_of(c"").unwrap(), 0);
    let all: Vec<u8> = (1..=255).collect();
    let all = CString::new(all).unwrap();
    assert_eq!(client.bytes_of(&all).unwrap(), 255 * 256 / 2);
    assert_eq!(client.bytes_of_some(Some(c"\xff")).unwrap(), 255);
    assert_eq!(client.bytes_of_some(None).unwrap(), -1);
    let large = CString::new(vec![1; 16 << 20]).unwrap();
    assert_eq!(client.bytes_of(&large).unwrap(), 16 << 20);

    let mut received = CString::default();
    client.pass_bytes(Some(&all), |text| received = text.to_owned()).unwrap();
    assert_eq!(received, all);
    let null = client.pass_bytes(None, |_| panic!("called without text"));
    assert!(matches!(&null, Err(Error::Callback { reason, .. }) if reason.contains("a null pointer")), "{null:?}");
    let mut some = Some(CString::default());
    client.pass_optional_bytes(None, |text| some = text.map(CStr::to_owned)).unwrap();
    assert_eq!(some, None);
}

#[test]
fn scalars_arrive_in_every_calling_convention() {
    let (_watchdog, client) = launch("calling conventions");
    for _ in 0..100 {
        let (a, b) = (i32::MIN, 1);
        let expected = a.wrapping_sub(b);
        assert_eq!(client.minus_cdecl(a, b).unwrap(), expected);
        assert_eq!(client.minus_stdcall(a, b).unwrap(), expected);
        assert_eq!(client.minus_fastcall(a, b).unwrap(), expected);
        assert_eq!(client.minus_thiscall(a, b).unwrap(), expected);
        assert_eq!(client.minus_system(a, b).unwrap(), expected);
        assert_eq!(client.mixed_fastcall(-1, 1 << 40, 2.5, 3).unwrap(), (1 << 40) + 4);
        assert_eq!(client.mixed_stdcall(-1, 1 << 40, 2.5, true).unwrap(), f64::from(1u32 << 31) * 512.0 + 2.5);
    }
}
