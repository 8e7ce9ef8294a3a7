//! Batches: a message that is followed by parts. Each part is its length in bytes (`u32`, little-endian) and a message, with what
//! follows that. Scalar arrays in it are aligned in the whole message.

use super::{Message, tag};
use crate::marshal::{Buffer, DecodeError, Decoder, EncodeError, Encoder, LARGEST};

/// Bytes of a part's length.
const LENGTH: usize = size_of::<u32>();

// No part is longer than its message.
const _: () = assert!(LARGEST <= u32::MAX as usize);

/// Writes a message of parts.
#[derive(Debug)]
pub struct PartsWriter {
    frame: Buffer,
    /// Where the last finished part ends.
    end: usize,
}

impl PartsWriter {
    /// Begins a [`Message::Batch`] in `frame`, without any calls.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn batch(mut frame: Buffer, stop: bool) -> Result<Self, EncodeError> {
        tag::begin_batch(&mut frame, stop)?;
        Ok(Self { end: frame.len(), frame })
    }

    /// Begins a [`Message::Results`] in `frame`, without any results.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn results(mut frame: Buffer) -> Result<Self, EncodeError> {
        tag::begin_results(&mut frame)?;
        Ok(Self { end: frame.len(), frame })
    }

    /// Begins a part with `message`. A part that was begun and not [finished](Self::finish) is dropped.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn begin<'v>(&mut self, message: &Message) -> Result<Encoder<'_, 'v>, EncodeError> {
        let mut encoder = self.begin_part([])?;
        encoder.value(message)?;
        Ok(encoder)
    }

    /// Begins a part with a [`Message::Call`].
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn begin_call<'v>(&mut self, method: u32) -> Result<Encoder<'_, 'v>, EncodeError> {
        let mut encoder = self.begin_part([tag::CALL])?;
        encoder.value(&method)?;
        Ok(encoder)
    }

    /// Begins a part with a [`Message::Return`].
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn begin_result<'v>(&mut self) -> Result<Encoder<'_, 'v>, EncodeError> {
        self.begin_part([tag::RETURN])
    }

    /// Begins a part with its tag, if that is given.
    fn begin_part<'v, const N: usize>(&mut self, tag: [u8; N]) -> Result<Encoder<'_, 'v>, EncodeError> {
        self.frame.truncate(self.end);
        self.frame.extend_array([0; LENGTH])?;
        self.frame.extend_array(tag)?;
        Ok(Encoder::new(&mut self.frame))
    }

    /// Finishes the part that was begun.
    pub fn finish(&mut self) {
        if let Some((length, part)) = self.frame.bytes_mut()[self.end..].split_first_chunk_mut() {
            *length = (part.len() as u32).to_le_bytes();
            self.end = self.frame.len();
        }
    }

    /// Returns the frame, whose header is still to be written.
    pub fn into_frame(mut self) -> Buffer {
        self.frame.truncate(self.end);
        self.frame
    }
}

/// Takes the next part of a message of parts; `None` after the last.
///
/// # Errors
/// [`DecodeError`] if the part is longer than the message.
pub fn next_part<'m>(parts: &mut Decoder<'m>) -> Result<Option<Decoder<'m>>, DecodeError> {
    if parts.is_empty() {
        return Ok(None);
    }
    let length = u32::from_le_bytes(parts.bytes()?);
    parts.part(length).map(Some)
}

#[cfg(test)]
mod tests {
    use super::super::frame;
    use super::*;

    #[test]
    fn parts_come_out_as_they_went_in() {
        let mut parts = PartsWriter::results(Buffer::default()).unwrap();
        for numbers in [&[1.5, 2.5][..], &[], &[3.5]] {
            parts.begin(&Message::Return).unwrap().slice(numbers).unwrap();
            parts.finish();
            // A part that is not finished is dropped.
            parts.begin(&Message::Return).unwrap().slice(&[0u8; 100]).unwrap();
        }
        let mut frame = parts.into_frame();
        let mut parts = Decoder::new(frame.bytes_mut(), frame::HEADER);
        assert!(matches!(parts.value(), Ok(Message::Results)));
        let mut first = next_part(&mut parts).unwrap().unwrap();
        // A part begins at its place whatever was taken of the one before.
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
