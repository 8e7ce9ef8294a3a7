//! The interface of zlib. Each method's documentation begins with its declaration in `zlib.h`.

use bridge32::{ULong, bridge32};

/// zlib's functions that process all data in one call. Its `uLong` is an `unsigned long`.
#[cfg_attr(windows, bridge32(lib = "zlib1.dll"))]
#[cfg_attr(not(windows), bridge32(lib = "libz.so.1"))]
pub trait Zlib {
    /// `const char *zlibVersion(void);`
    #[symbol("zlibVersion")]
    fn version(&self) -> String;

    /// `uLong compressBound(uLong sourceLen);`
    ///
    /// Returns the maximum length of compressed data.
    #[symbol("compressBound")]
    fn compress_bound(&self, source_len: ULong) -> ULong;

    /// `int compress2(Bytef *dest, uLongf *destLen, const Bytef *source, uLong sourceLen, int level);`
    ///
    /// The buffer has the length that `compressBound` returns, and is truncated to what was written.
    #[check(ret == OK)]
    fn compress2(
        &self,
        #[out(cap = self.compress_bound(ULong(source.len() as u64)))] dest: Vec<u8>,
        #[len_of(dest)] dest_len: &mut ULong,
        source: &[u8],
        #[len_of(source)] source_len: ULong,
        level: i32,
    ) -> i32;

    /// `int uncompress(Bytef *dest, uLongf *destLen, const Bytef *source, uLong sourceLen);`
    ///
    /// The caller must know the length of the data: `dest_len` is the length of the buffer on input, and that of the data on output.
    /// If it is too short, the error is [`BUF_ERROR`].
    #[check(ret == OK)]
    fn uncompress(
        &self,
        #[out(cap = *dest_len, len = dest_len)] dest: Vec<u8>,
        dest_len: &mut ULong,
        source: &[u8],
        #[len_of(source)] source_len: ULong,
    ) -> i32;

    /// `uLong crc32(uLong crc, const Bytef *buf, uInt len);`
    ///
    /// Updates a checksum with more data; the first call begins with 0.
    fn crc32(&self, crc: ULong, data: &[u8], #[len_of(data)] len: u32) -> ULong;
}

/// `Z_OK`
pub const OK: i32 = 0;
/// `Z_STREAM_ERROR`: the level is invalid.
pub const STREAM_ERROR: i32 = -2;
/// `Z_DATA_ERROR`: the data is not compressed data, or incomplete.
pub const DATA_ERROR: i32 = -3;
/// `Z_BUF_ERROR`: the buffer is too short.
pub const BUF_ERROR: i32 = -5;
/// `Z_BEST_COMPRESSION`
pub const BEST_COMPRESSION: i32 = 9;
