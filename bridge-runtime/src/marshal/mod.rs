//! Marshalling: values into messages and back. Values are encoded with postcard. Scalar arrays are copied as they are in memory,
//! aligned, into the message or into the arena that both processes share.

mod arena;
mod borrowed;
mod buffer;
mod cross;
mod decoder;
mod encoder;
mod postcard_input;
pub(crate) mod scalar;
mod slice;

pub use arena::{ArenaSlice, ArenaView, SharedArena};
pub use borrowed::{BorrowedSlices, MAX_PARTS};
pub use buffer::{ALIGNMENT, Buffer, BufferError, LARGEST};
pub use cross::{Cross, CrossInSlice};
pub use decoder::{DecodeError, Decoder};
pub use encoder::{EncodeError, Encoder};
pub use slice::{OutputArray, Slice, SliceMut};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_as_they_were_encoded() {
        let mut buffer = Buffer::default();
        let mut encoder = Encoder::new(&mut buffer);
        encoder.value(&7u8).unwrap();
        encoder.value("naïve").unwrap();
        encoder.value(&None::<&str>).unwrap();
        encoder.slice(&[1.5f64, f64::MAX]).unwrap();
        encoder.slice(&["a".to_owned()]).unwrap();
        encoder.slice::<u64>(&[]).unwrap();
        encoder.slice(&[-1i16]).unwrap();

        let mut decoder = Decoder::new(buffer.bytes_mut(), 0);
        assert_eq!(decoder.value::<u8>().unwrap(), 7);
        assert_eq!(decoder.text().unwrap(), "naïve");
        assert_eq!(decoder.optional_text().unwrap(), None);
        assert_eq!(*decoder.slice::<f64>().unwrap(), [1.5, f64::MAX]);
        assert_eq!(decoder.vec::<String>().unwrap(), ["a"]);
        assert!(decoder.vec::<u64>().unwrap().is_empty());
        assert_eq!(*decoder.slice::<i16>().unwrap(), [-1]);
        decoder.finish().unwrap();
    }

    #[test]
    fn a_large_slice_is_borrowed_from_the_message() {
        let mut buffer = Buffer::default();
        Encoder::new(&mut buffer).slice(&vec![3u32; 1 << 16]).unwrap();
        let range = buffer.bytes().as_ptr_range();
        let mut decoder = Decoder::new(buffer.bytes_mut(), 0);
        let values = decoder.slice::<u32>().unwrap();
        assert!(range.contains(&values.as_ptr().cast()));
    }

    /// A message that is cut short anywhere, or has any one byte changed, is refused or decoded, without a panic.
    #[test]
    fn damaged_messages_are_refused_or_decoded() {
        let mut buffer = Buffer::default();
        let mut encoder = Encoder::new(&mut buffer);
        encoder.value("text").unwrap();
        encoder.slice(&[1u32, 2, 3]).unwrap();
        encoder.slice(&["a".to_owned(), "b".to_owned()]).unwrap();
        let whole = buffer.bytes().to_vec();

        let decode = |bytes: &[u8]| -> Result<(), DecodeError> {
            let mut buffer = Buffer::default();
            buffer.extend(bytes).unwrap();
            let mut decoder = Decoder::new(buffer.bytes_mut(), 0);
            decoder.text()?;
            decoder.slice::<u32>()?;
            decoder.vec::<String>()?;
            decoder.finish()
        };
        decode(&whole).unwrap();
        for length in 0..whole.len() {
            assert!(decode(&whole[..length]).is_err(), "cut at {length}");
        }
        for position in 0..whole.len() {
            for value in 0..=255 {
                let mut damaged = whole.clone();
                damaged[position] = value;
                let _ = decode(&damaged);
            }
        }
    }
}
