//! Types whose width or representation depends on the system, and handles that are integers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use bridge32::{Bool16, Handle, IntPtr, Long, LongDouble, RemoteBuffer, SSize, Size, UIntPtr, ULong};
use bridge32_tests::assertions::assert_refused;
use bridge32_tests::types::{Block, Extended, Key, LOCAL_MACHINE, TypesClient};
use bridge32_tests::watchdog::Watchdog;

fn launch(test: &'static str) -> (Watchdog, TypesClient) {
    (Watchdog::new(test), TypesClient::launch().unwrap())
}

const LARGE: u64 = 1 << 32;

#[test]
fn integers_are_as_wide_as_the_server_has_them() {
    let (_watchdog, client) = launch("integers of the server's width");
    assert_eq!(client.next_size(Size(5)).unwrap(), 6);
    assert_eq!(client.next_size(vec![0; 3].len().into()).unwrap(), Size(4));
    assert_eq!(client.next_size(Size(LARGE - 2)).unwrap(), Size(LARGE - 1), "without a sign");
    assert_eq!(client.negate_size(SSize(7)).unwrap(), -7);
    assert_eq!(client.half_long(Long(-5)).unwrap(), (Long(-2), Long(-1)));
    assert_eq!(client.ulong_max().unwrap(), ULong(LARGE - 1));
    assert_eq!(client.width_of_long().unwrap(), 32);
    assert_eq!(client.add_words(IntPtr(-10), &UIntPtr(3)).unwrap(), -7);
    assert_refused(client.next_size(Size(LARGE)), "value", "is 4294967296, which is not a `size_t` of 32 bits");
    assert_refused(client.half_long(Long(1 << 31)), "value", "is 2147483648, which is not a `long` of 32 bits");
    assert_refused(client.add_words(IntPtr(0), &UIntPtr(LARGE)), "b", "not a `uintptr_t` of 32 bits");
}

#[test]
fn integers_of_the_server_s_width_may_be_lengths() {
    let (_watchdog, client) = launch("lengths of the server's width");
    assert_eq!(client.count_bytes(&[200; 1000]).unwrap(), 200_000);
    assert_eq!(client.count_bytes(&[]).unwrap(), 0);
    assert_eq!(client.evens().unwrap(), (5, vec![Size(0), Size(2), Size(4)]));
    let mut n = Size(4);
    assert_eq!(client.evens_into(&mut n).unwrap(), (4, vec![Size(0), Size(2), Size(4)]));
    assert_eq!(n, 3);
    let mut small = Size(2);
    let error = client.evens_into(&mut small).unwrap_err().to_string();
    assert!(error.contains("3 as the length of `data`, whose buffer has room for 2"), "{error}");
    assert_eq!(client.sum_longs(&[Long(i32::MAX.into()), Long(-5)]).unwrap(), Long(i64::from(i32::MAX) - 5));
    assert_refused(client.sum_longs(&[Long(1 << 40)]), "values", "not a `long` of 32 bits");
    let sum =
        client.each_size(|i, data| i32::try_from(i.0).unwrap() * 10 + data.iter().map(|x| i32::from(*x)).sum::<i32>());
    assert_eq!(sum.unwrap(), 1 + (10 + 3) + (20 + 6));
}

#[test]
fn memory_of_the_server_holds_integers_of_its_width() {
    let (_watchdog, client) = launch("memory with integers of the server's width");
    let rests = RemoteBuffer::<Long>::allocate(&client, 3).unwrap();
    rests.write(0, &[Long(7), Long(-8), Long(9)]).unwrap();
    assert_eq!(client.half_long_at(Long(-5), rests.address().offset(4)).unwrap(), Long(-2));
    assert_eq!(rests.read(0, 3).unwrap(), [Long(7), Long(-1), Long(9)]);
    assert_refused(rests.write(0, &[Long(1 << 31)]), "values", "not a `long` of 32 bits");
}

#[test]
fn structs_contain_integers_of_the_server_s_width() {
    let (_watchdog, client) = launch("structs with integers of the server's width");
    let block = Block { tag: 9, length: Size(0), values: vec![1.5, 2.5], id: Long(77), word: UIntPtr(LARGE - 1) };
    let doubled = Block { length: Size(2), values: vec![3.0, 5.0], id: Long(-77), ..block.clone() };
    assert_eq!(client.double_block(block.clone()).unwrap(), doubled);
    let large = Block { word: UIntPtr(LARGE), ..block };
    assert_refused(client.double_block(large), "block.Block.word", "not a `uintptr_t` of 32 bits");
}

#[test]
fn booleans_of_16_bits_are_minus_one_or_zero() {
    let (_watchdog, client) = launch("booleans of 16 bits");
    assert_eq!(client.variant_not(true.into()).unwrap(), (Bool16(false), -1));
    assert_eq!(client.variant_not(Bool16(false)).unwrap(), (Bool16(true), 0), "any value but zero is true");
}

#[test]
fn long_doubles_are_rounded() {
    let (_watchdog, client) = launch("long doubles");
    if client.has_long_double().unwrap() == 0 {
        let error = client.long_tiny().unwrap_err().to_string();
        assert!(error.contains("`long_tiny`"), "{error}");
        return;
    }
    for value in [1.0, -0.1, 1e300, 5e-324, f64::MIN_POSITIVE, f64::INFINITY, 0.0] {
        assert_eq!(client.long_half(LongDouble(value)).unwrap(), LongDouble(value / 2.0));
    }
    assert!(client.long_half(LongDouble(f64::NAN)).unwrap().0.is_nan());
    assert_eq!(client.long_mix(1, LongDouble(200.5), 3, &LongDouble(0.5)).unwrap(), (204, LongDouble(100.25)));
    for _ in 0..20 {
        assert_eq!(client.long_tiny().unwrap(), LongDouble(1.0), "a register of the processor is not left occupied");
    }
    let mut extended = Extended { kind: 0, values: [LongDouble(1.25), LongDouble(-1e-310)] };
    client.swap_extended(&mut extended).unwrap();
    assert_eq!(extended, Extended { kind: 28, values: [LongDouble(-1e-310), LongDouble(1.25)] });
}

#[test]
fn handles_may_be_integers() {
    let (_watchdog, client) = launch("integers as handles");
    let first = client.open_unit(1).unwrap().unwrap();
    let second = client.open_unit_into().unwrap().1;
    assert_eq!((client.unit_number(first).unwrap(), client.unit_number(second).unwrap()), (100, 200));
    assert_eq!(client.open_unit(0).unwrap(), None);
    assert_eq!(client.open_unit(-1).unwrap(), None);
    client.close_unit(first).unwrap();
    assert_refused(client.unit_number(first), "handle", "is a handle that was closed");
    assert_eq!(client.unit_number(second).unwrap(), 200);
    assert_refused(client.unit_number(Handle::new(1)), "handle", "is a handle of `Handle::new`");
}

#[test]
fn handles_may_be_integers_of_the_server_s_width() {
    let (_watchdog, client) = launch("handles of the server's width");
    let (_, session) = client.open_session().unwrap();
    assert_eq!(client.session_number(session).unwrap(), ULong(LARGE - 2));
    client.close_session(&session).unwrap();
    assert_refused(client.session_number(session), "session", "is a handle that was closed");
    assert_eq!(client.open_word(IntPtr(0)).unwrap(), None);
    let word = client.open_word(IntPtr(1)).unwrap().unwrap();
    assert_eq!(client.close_word(word).unwrap(), 0);
    assert_eq!((client.open_long(Long(0)).unwrap(), client.open_long(Long(-1)).unwrap()), (None, None));
    let long = client.open_long(Long(1 << 30)).unwrap().unwrap();
    assert_eq!(client.long_number(long).unwrap(), Long(1 << 30));
    assert_eq!(client.long_number(Handle::predefined(-3)).unwrap(), Long(-3));
    assert_refused(client.long_number(Handle::predefined(1 << 40)), "handle", "which is not a `long`");
}

#[test]
fn handles_may_have_predefined_values() {
    let (_watchdog, client) = launch("predefined handles");
    for _ in 0..2 {
        assert_eq!(client.key_value(LOCAL_MACHINE).unwrap(), 0x8000_0002);
        assert_eq!(client.close_key(LOCAL_MACHINE).unwrap(), 0);
    }
    assert_eq!(client.key_value(Handle::<Key>::predefined(-1)).unwrap(), u32::MAX);
    let large = Handle::<Key>::predefined(1 << 40);
    assert_refused(client.key_value(large), "key", "is predefined as 1099511627776, which is not a `void *`");
}
