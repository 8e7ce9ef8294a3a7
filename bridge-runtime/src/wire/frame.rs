//! A frame: eight bytes of header, then one message.
//!
//! The header is the message's length in bytes (`u32`, little-endian), then four zero bytes: with them the message
//! begins at an aligned place.

use crate::marshal::{ALIGNMENT, Buffer, BufferError, LARGEST};

/// Bytes before the message.
pub const HEADER: usize = 8;

const _: () = assert!(HEADER.is_multiple_of(ALIGNMENT));

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
