//! Compresses and uncompresses a file, or some text, with a 32-bit zlib.

use std::error::Error;

use bridge32::ULong;
use zlib::{BEST_COMPRESSION, BUF_ERROR, ZlibClient};

fn main() -> Result<(), Box<dyn Error>> {
    let data = match std::env::args_os().nth(1) {
        Some(path) => std::fs::read(path)?,
        None => (1..=200_000).flat_map(|n| format!("line {n} of many\n").into_bytes()).collect(),
    };
    let client = ZlibClient::launch()?;
    println!("zlib {} in {}", client.version()?, client.server_info().architecture);
    println!("data:       {:>8} bytes, checksum {:08x}", data.len(), client.crc32(ULong(0), &data)?.0);
    let (_, packed) = client.compress2(&data, BEST_COMPRESSION)?;
    println!("compressed: {:>8} bytes", packed.len());

    let mut length = ULong(data.len() as u64);
    let (_, unpacked) = client.uncompress(&mut length, &packed)?;
    println!("restored:   {:>8} bytes, checksum {:08x}", unpacked.len(), client.crc32(ULong(0), &unpacked)?.0);
    assert_eq!(unpacked, data);

    let mut half = ULong(length.0 / 2);
    match client.uncompress(&mut half, &packed) {
        Err(error @ bridge32::Error::Status { value, .. }) if value == i64::from(BUF_ERROR) => println!("{error}"),
        other => println!("zlib should have failed with half of the buffer, but wrote {} bytes", other?.1.len()),
    }
    Ok(())
}
