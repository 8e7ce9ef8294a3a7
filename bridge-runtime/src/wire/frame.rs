//! A frame: eight bytes of header, then one message.
//!
//! The header is the message's length in bytes (`u32`, little-endian), then four zero bytes: with them the message
//! begins at an aligned place.

use super::head;
use crate::marshal::{ALIGNMENT, Buffer, BufferError, LARGEST};

/// Bytes before the message.
pub const HEADER: usize = 8;

const _: () = assert!(HEADER.is_multiple_of(ALIGNMENT));

/// What a frame begins with before its length is known: a header, and the first byte of its message.
pub type Beginning = [u8; HEADER + 1];

/// Of a call; the number of the method follows.
pub const CALL: Beginning = beginning(head::CALL);

/// Of a result.
pub const RESULT: Beginning = beginning(head::RETURN);

/// Of a question for a closure; its depth and its place follow.
pub const CALLBACK: Beginning = beginning(head::CALLBACK);

/// Of a closure's answer.
pub const CALLBACK_RESULT: Beginning = beginning(head::CALLBACK_RETURN);

const fn beginning(head: u8) -> Beginning {
    let mut begin = [0; HEADER + 1];
    begin[HEADER] = head;
    begin
}

/// What is wrong with a frame.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// It announces more than [`LARGEST`] bytes.
    #[error("a message of {0} bytes was announced, more than the {LARGEST} that can cross")]
    TooLarge(usize),
    /// The header is not one.
    #[error("the header of a message is damaged")]
    Header,
}

/// Makes `buffer` an empty frame.
///
/// # Errors
/// [`BufferError`].
#[inline]
pub fn begin(buffer: &mut Buffer) -> Result<(), BufferError> {
    buffer.begin(&[0; HEADER])
}

/// The message of the frame in `buffer`.
#[inline]
pub fn message(buffer: &Buffer) -> &[u8] {
    buffer.bytes().get(HEADER..).unwrap_or_default()
}

/// Writes the header of the frame in `buffer`, and of what it refers to.
#[inline]
pub fn finish(buffer: &mut Buffer) {
    // No buffer is longer than LARGEST, which a `u32` holds.
    let length = (buffer.total() - HEADER) as u32;
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

/// As [`length`], by the header as one number.
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
