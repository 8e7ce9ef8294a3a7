//! Frames: eight bytes of header, then one message.
//!
//! The header is the message's length in bytes (`u32`, little-endian), and four zero bytes, which align the message.

use std::io;

use crate::marshal::{ALIGNMENT, Buffer, BufferError, LARGEST};

/// Bytes of the header, which precede the message.
pub const HEADER: usize = 8;

const _: () = assert!(HEADER.is_multiple_of(ALIGNMENT));

/// Why a header was refused.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// It announces more than [`LARGEST`] bytes.
    #[error("a message of {0} bytes was announced; the limit is {LARGEST}")]
    TooLarge(usize),
    /// Its last four bytes are not zero.
    #[error("the header of a message is damaged")]
    Header,
}

/// Begins a frame in `buffer`: a header to be written by [`finish`], and no message yet.
///
/// # Errors
/// [`BufferError`].
pub fn begin(buffer: &mut Buffer) -> Result<(), BufferError> {
    buffer.begin([0; 2], HEADER)
}

/// Begins a frame in `buffer`, with the first byte of its message.
///
/// # Errors
/// [`BufferError`].
#[inline]
pub(super) fn begin_with_tag(buffer: &mut Buffer, tag: u8) -> Result<(), BufferError> {
    buffer.begin([0, tag.into()], HEADER + 1)
}

/// The message of the frame in `buffer`.
#[inline]
pub fn message(buffer: &Buffer) -> &[u8] {
    buffer.bytes().get(HEADER..).unwrap_or_default()
}

/// Writes the header of the frame in `buffer`. Its length includes the borrowed slices.
#[inline]
pub fn finish(buffer: &mut Buffer) {
    // At most `LARGEST`, which fits into a `u32`.
    let length = (buffer.total_len() - HEADER) as u32;
    buffer.bytes_mut()[..size_of::<u32>()].copy_from_slice(&length.to_le_bytes());
}

const _: () = assert!(LARGEST <= u32::MAX as usize);

/// The length in bytes of the whole frame that begins with `bytes`; `None` while the header is not complete.
///
/// # Errors
/// [`FrameError`].
#[inline]
pub fn length(bytes: &[u8]) -> Result<Option<usize>, FrameError> {
    let header = bytes.split_first_chunk::<HEADER>();
    header.map(|(header, _)| length_by(u64::from_le_bytes(*header))).transpose()
}

/// As [`length`], of a header read as a little-endian number.
///
/// # Errors
/// [`FrameError`].
#[inline]
pub fn length_by(header: u64) -> Result<usize, FrameError> {
    let length = u32::try_from(header).map_err(|_| FrameError::Header)? as usize;
    if length > LARGEST - HEADER {
        return Err(FrameError::TooLarge(length));
    }
    Ok(HEADER + length)
}

impl From<FrameError> for io::Error {
    fn from(error: FrameError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_how_long_the_frame_is() {
        let mut buffer = Buffer::default();
        begin(&mut buffer).unwrap();
        buffer.extend(b"message").unwrap();
        finish(&mut buffer);
        assert_eq!(length(buffer.bytes()).unwrap(), Some(HEADER + 7));
        assert_eq!(length(&buffer.bytes()[..HEADER - 1]).unwrap(), None);
    }

    #[test]
    fn impossible_headers_are_refused() {
        assert!(matches!(length(&[255, 255, 255, 255, 0, 0, 0, 0]), Err(FrameError::TooLarge(_))));
        assert!(matches!(length(&[1, 0, 0, 0, 0, 0, 0, 1]), Err(FrameError::Header)));
    }
}
