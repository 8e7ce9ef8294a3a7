//! The arguments that arrive in a library, as the library itself records them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use bridge32::{Address, Bool32, Error};
use bridge32_tests::record::{Mixed, RecordClient};
use bridge32_tests::watchdog::Watchdog;

#[test]
fn the_library_receives_the_arguments_unchanged() {
    let _watchdog = Watchdog::new("records");
    let client = RecordClient::launch().unwrap();
    let seen = |expected: &str| assert_eq!(client.seen_last().unwrap(), expected);

    client.take_integers(i8::MIN, u8::MAX, i16::MIN, u16::MAX, i32::MIN, u32::MAX, i64::MIN, u64::MAX).unwrap();
    seen("integers -128 -32768 -2147483648 -9223372036854775808 255 65535 4294967295 18446744073709551615");
    client.take_floats(-0.5, f64::MIN_POSITIVE, true, Bool32(true)).unwrap();
    seen("floats -0.5 2.2250738585072014e-308 1 1");
    let mut value = 2.5;
    client.take_references(&i32::MAX, &mut value).unwrap();
    seen("references 2147483647 2.5");
    assert_eq!(value.to_bits(), (-2.5f64).to_bits());

    client.take_array(&[]).unwrap();
    seen("array 0 ");
    client.take_array(&[0x0102, 0xffff]).unwrap();
    seen("array 2 0201ffff");
    let long = client.take_array(&[0; 128]);
    assert!(matches!(&long, Err(Error::Argument { parameter, .. }) if parameter == "values"), "{long:?}");
    seen("array 2 0201ffff");
    assert_eq!(client.take_buffer().unwrap(), "");
    seen("buffer 4 00000000");

    client.take_text("ü", "üx", "ü", None).unwrap();
    seen("text c3bc00 2 252 fc00 null");
    client.take_text("", "a", "", Some("")).unwrap();
    seen("text 00 1 97 00 ");

    let mixed = Mixed { small: -1, large: 0.25, pair: [1, 0xfffe] };
    client.take_structs(mixed, &mixed, &[mixed, Mixed { small: 7, ..mixed }]).unwrap();
    seen("structs -1 0.25 0100feff -1 0.25 0100feff -1 0.25 0100feff 7 0.25 0100feff");

    client.take_callback(Some(|x| x + 1), Address::NULL).unwrap();
    seen("callback 0 1 21");
    client.take_callback(None::<fn(i32) -> i32>, Address::new(1)).unwrap();
    seen("callback 1 0");
}
