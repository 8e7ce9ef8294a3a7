//! A message of messages: each is a part, with its length in bytes before it (`u32`, little-endian), and then as it is by
//! itself. Scalars in it are aligned in the whole message.

use super::{Message, frame, tag};
use crate::marshal::{Buffer, DecodeError, Decoder, EncodeError, Encoder, LARGEST};

/// The bytes of a length.
const LENGTH: usize = size_of::<u32>();

// No part is longer than its message.
const _: () = assert!(LARGEST <= u32::MAX as usize);

/// A message of parts that is being written.
#[derive(Debug)]
pub struct Parts {
    frame: Buffer,
    /// Where the last part ends that is complete.
    end: usize,
}

impl Parts {
    /// A message with this head, and no parts yet, in the memory of `frame`.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn new(mut frame: Buffer, head: &Message) -> Result<Self, EncodeError> {
        frame::begin(&mut frame)?;
        Encoder::new(&mut frame).value(head)?;
        let end = frame.len();
        Ok(Self { frame, end })
    }

    /// Begins a part, in the place of one that was begun and not finished.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn begin<'v>(&mut self, head: &Message) -> Result<Encoder<'_, 'v>, EncodeError> {
        self.frame.truncate(self.end);
        self.frame.extend(&[0; LENGTH])?;
        let mut encoder = Encoder::new(&mut self.frame);
        encoder.value(head)?;
        Ok(encoder)
    }

    /// As [`Parts::begin`], of [`Message::Call`].
    ///
    /// # Errors
    /// As there.
    pub fn begin_call<'v>(&mut self, method: u32) -> Result<Encoder<'_, 'v>, EncodeError> {
        let mut encoder = self.begin_with(tag::CALL)?;
        encoder.value(&method)?;
        Ok(encoder)
    }

    /// As [`Parts::begin`], of [`Message::Return`].
    ///
    /// # Errors
    /// As there.
    pub fn begin_result<'v>(&mut self) -> Result<Encoder<'_, 'v>, EncodeError> {
        self.begin_with(tag::RETURN)
    }

    /// As [`Parts::begin`], with the first byte of a head.
    fn begin_with<'v>(&mut self, place: u8) -> Result<Encoder<'_, 'v>, EncodeError> {
        self.frame.truncate(self.end);
        let mut begin = [0; LENGTH + 1];
        begin[LENGTH] = place;
        self.frame.extend(&begin)?;
        Ok(Encoder::new(&mut self.frame))
    }

    /// Makes the part that was begun one of the message.
    pub fn finish(&mut self) {
        if let Some((length, part)) = self.frame.bytes_mut()[self.end..].split_first_chunk_mut() {
            *length = (part.len() as u32).to_le_bytes();
            self.end = self.frame.len();
        }
    }

    /// The frame, whose header is not written yet.
    pub fn into_frame(mut self) -> Buffer {
        self.frame.truncate(self.end);
        self.frame
    }
}

/// Takes the next part; `None` after the last.
///
/// # Errors
/// [`DecodeError`] for what is none.
pub fn next_part<'m>(parts: &mut Decoder<'m>) -> Result<Option<Decoder<'m>>, DecodeError> {
    if parts.is_empty() {
        return Ok(None);
    }
    let length = u32::from_le_bytes(parts.bytes()?);
    parts.part(length).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_out_as_they_went_in() {
        let mut parts = Parts::new(Buffer::default(), &Message::Results).unwrap();
        for numbers in [&[1.5, 2.5][..], &[], &[3.5]] {
            parts.begin(&Message::Return).unwrap().slice(numbers).unwrap();
            parts.finish();
            // What is not finished is not there.
            parts.begin(&Message::Return).unwrap().slice(&[0u8; 100]).unwrap();
        }
        let mut frame = parts.into_frame();
        let mut parts = Decoder::new(frame.bytes_mut(), frame::HEADER);
        assert!(matches!(parts.value(), Ok(Message::Results)));
        let mut first = next_part(&mut parts).unwrap().unwrap();
        // What is not taken of one part is not the next one's.
        next_part(&mut parts).unwrap().unwrap();
        let mut third = next_part(&mut parts).unwrap().unwrap();
        assert!(next_part(&mut parts).unwrap().is_none());
        for (part, expected) in [(&mut third, &[3.5][..]), (&mut first, &[1.5, 2.5])] {
            assert!(matches!(part.value(), Ok(Message::Return)));
            assert_eq!(*part.slice::<f64>().unwrap(), *expected);
            assert!(part.is_empty());
        }
    }

    #[test]
    fn a_length_is_not_believed() {
        for bytes in [&[1, 0, 0, 0][..], &[255; 5], &[0; 3]] {
            let mut bytes = bytes.to_vec();
            assert!(next_part(&mut Decoder::new(&mut bytes, 0)).is_err());
        }
    }
}
