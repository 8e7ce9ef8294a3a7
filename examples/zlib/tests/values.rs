//! Compresses and uncompresses megabytes, and checks zlib's errors.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use bridge32::{Error, ULong};
use zlib::{BEST_COMPRESSION, BUF_ERROR, DATA_ERROR, STREAM_ERROR, ZlibClient};

fn launch() -> ZlibClient {
    ZlibClient::launch().unwrap()
}

/// Returns text with many repetitions, which can be compressed well.
fn text(length: usize) -> Vec<u8> {
    let words = (0..).flat_map(|n: u32| format!("{n} bottles on the wall, ").into_bytes());
    words.take(length).collect()
}

/// Returns the output of xorshift64, which cannot be compressed.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(&mut next).flatten().take(length).collect()
}

/// Computes the CRC-32 bit by bit, by its polynomial.
fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

fn round_trip(client: &ZlibClient, data: &[u8], level: i32) -> usize {
    let (_, packed) = client.compress2(data, level).unwrap();
    let mut length = ULong(data.len() as u64);
    let (_, unpacked) = client.uncompress(&mut length, &packed).unwrap();
    assert!(unpacked == data && length.0 == data.len() as u64, "{} bytes at level {level}", data.len());
    packed.len()
}

#[track_caller]
fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> i64 {
    match result {
        Err(Error::Status { value, .. }) => value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn megabytes() {
    let client = launch();
    assert!(client.version().unwrap().starts_with("1."));
    let (text, noise) = (text(8 << 20), noise(5 << 20));
    let fast = round_trip(&client, &text, 1);
    let best = round_trip(&client, &text, BEST_COMPRESSION);
    assert!(best < fast && fast < text.len() / 4, "{best}, {fast}");
    let packed = round_trip(&client, &noise, 6);
    let bound = client.compress_bound(ULong(noise.len() as u64)).unwrap().0 as usize;
    assert!((noise.len()..=bound).contains(&packed), "{packed}: random data grows a little");
    let stored = round_trip(&client, &text, 0);
    assert!((text.len()..text.len() + 4096).contains(&stored), "{stored}");
    round_trip(&client, &[], BEST_COMPRESSION);
    round_trip(&client, &[7], BEST_COMPRESSION);
}

#[test]
fn checksums() {
    let client = launch();
    assert_eq!(client.crc32(ULong(0), b"123456789").unwrap(), ULong(0xcbf4_3926), "the check value of CRC-32");
    assert_eq!(client.crc32(ULong(0), &[]).unwrap(), ULong(0));
    let data = noise(3 << 20);
    let whole = client.crc32(ULong(0), &data).unwrap();
    assert_eq!(whole, ULong(crc32(&data).into()));
    let (first, second) = data.split_at(1_000_003);
    let partial = client.crc32(ULong(0), first).unwrap();
    assert_eq!(client.crc32(partial, second).unwrap(), whole);
}

#[test]
fn a_buffer_of_another_length() {
    let client = launch();
    let data = text(1 << 20);
    let (_, packed) = client.compress2(&data, 6).unwrap();
    let mut longer = ULong(3 << 20);
    let (_, unpacked) = client.uncompress(&mut longer, &packed).unwrap();
    assert!(unpacked == data, "the buffer is truncated to what was written");
    assert_eq!(longer.0, data.len() as u64);
    for shorter in [data.len() - 1, 1000, 1] {
        let mut length = ULong(shorter as u64);
        assert_eq!(code(client.uncompress(&mut length, &packed)), BUF_ERROR.into(), "{shorter}");
        assert_eq!(length.0, shorter as u64, "a failed call changes nothing");
    }
    // More memory than a 32-bit process can have.
    let mut length = ULong(u32::MAX.into());
    let error = client.uncompress(&mut length, &packed).unwrap_err();
    assert!(matches!(&error, Error::Argument { parameter, .. } if parameter == "dest"), "{error:?}");
    assert!(client.uncompress(&mut longer, &packed).is_ok(), "the server still runs");
}

#[test]
fn data_that_is_not_compressed() {
    let client = launch();
    let data = text(100_000);
    let (_, packed) = client.compress2(&data, 6).unwrap();
    let uncompress = |packed: &[u8]| client.uncompress(&mut ULong(100_000), packed);
    assert_eq!(code(uncompress(&data)), DATA_ERROR.into());
    let mut changed = packed.clone();
    let last = changed.last_mut().unwrap();
    *last ^= 1;
    assert_eq!(code(uncompress(&changed)), DATA_ERROR.into(), "the checksum is wrong");
    assert_eq!(code(uncompress(&packed[..packed.len() / 2])), DATA_ERROR.into(), "the data is incomplete");
    assert_eq!(code(client.compress2(&data, 10)), STREAM_ERROR.into());
}
