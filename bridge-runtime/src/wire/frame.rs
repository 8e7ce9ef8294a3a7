//! A frame: eight bytes of header, then one message.
//!
//! The header is the message's length in bytes (`u32`, little-endian), then four zero bytes: with them the message
//! begins at an aligned place.

use crate::marshal::{ALIGNMENT, Buffer, BufferError, EncodeError, Encoder, LARGEST};

/// Bytes before the message.
pub const HEADER: usize = 8;

const _: () = assert!(HEADER.is_multiple_of(ALIGNMENT));

/// Where what belongs to a message begins, if that has a head of one byte.
pub const AFTER_BYTE: usize = HEADER + 1;

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
pub fn begin(buffer: &mut Buffer) -> Result<(), BufferError> {
    buffer.begin([0; 2], HEADER)
}

/// Makes `buffer` a frame with the head of a message, whose place it is, and numbers, up to seven. They are nearly always
/// small, which is one byte each.
///
/// # Errors
/// [`EncodeError`].
#[inline]
pub fn begin_with<const N: usize>(buffer: &mut Buffer, place: u8, numbers: [u32; N]) -> Result<(), EncodeError> {
    const { assert!(N < ALIGNMENT) };
    let are_small = numbers.iter().all(|number| *number < 0x80);
    let small = if are_small { N } else { 0 };
    let head = (1..)
        .zip(&numbers[..small])
        .fold(u64::from(place), |head, (byte, number)| head | u64::from(*number) << (8 * byte));
    buffer.begin([0, head], AFTER_BYTE + small)?;
    if are_small { Ok(()) } else { numbers.iter().try_for_each(|number| Encoder::new(buffer).value(number)) }
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
    fn a_head_with_numbers_is_as_any_message() {
        for numbers in [[1, 2], [127, 0], [128, 1], [1, u32::MAX]] {
            let (mut short, mut long) = <(Buffer, Buffer)>::default();
            begin_with(&mut short, 9, numbers).unwrap();
            begin(&mut long).unwrap();
            Encoder::new(&mut long).value(&(9u8, numbers)).unwrap();
            assert_eq!(short.bytes(), long.bytes());
        }
    }

    #[test]
    fn impossible_headers_are_refused() {
        assert!(matches!(length(&[255, 255, 255, 255, 0, 0, 0, 0]), Err(FrameError::TooLarge(_))));
        assert!(matches!(length(&[1, 0, 0, 0, 0, 0, 0, 1]), Err(FrameError::Header)));
    }
}
