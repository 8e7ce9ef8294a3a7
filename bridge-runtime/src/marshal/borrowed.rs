//! Borrowed slices: long scalar arrays that a message refers to, and that are sent from where they are instead of being copied
//! into it.

use super::buffer::Buffer;

/// Bytes of the shortest array that is borrowed; shorter ones are cheaper to copy.
const LONG: usize = 4 << 10;

/// The most arrays that a message borrows; further ones are copied into it.
const MOST: usize = 4;

/// The arrays that a message borrows, in their order.
#[derive(Debug, Default)]
pub struct BorrowedSlices<'v>([Option<BorrowedSlice<'v>>; MOST]);

#[derive(Debug, Clone, Copy)]
struct BorrowedSlice<'v> {
    bytes: &'v [u8],
    /// Its place in the message: after this many of the message's own bytes.
    position: usize,
}

/// The most parts that a message consists of: its borrowed slices, and its own bytes before, between and after them.
pub const MAX_PARTS: usize = 2 * MOST + 1;

impl BorrowedSlices<'static> {
    /// No borrowed slices.
    pub const NONE: &'static Self = &Self([None; MOST]);
}

impl<'v> BorrowedSlices<'v> {
    /// Borrows an array as the next bytes of `message`; returns `false` if it has to be copied instead.
    pub(super) fn borrow(&mut self, bytes: &'v [u8], message: &mut Buffer) -> bool {
        let Some(free) = self.0.iter_mut().find(|slice| slice.is_none()) else { return false };
        // An array that is too long for a message is refused when it is copied.
        let is_borrowed = bytes.len() >= LONG && message.append_borrowed(bytes.len());
        if is_borrowed {
            *free = Some(BorrowedSlice { bytes, position: message.len() });
        }
        is_borrowed
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0[0].is_none()
    }

    /// Returns the parts of `message` in their order. If it has fewer than [`MAX_PARTS`], some are empty.
    pub fn parts<'m>(&'m self, message: &'m [u8]) -> [&'m [u8]; MAX_PARTS] {
        let mut parts = [&[][..]; MAX_PARTS];
        let mut begin = 0;
        for (BorrowedSlice { bytes, position }, pair) in self.0.iter().flatten().zip(parts.chunks_exact_mut(2)) {
            pair.copy_from_slice(&[&message[begin..*position], bytes]);
            begin = *position;
        }
        parts[MAX_PARTS - 1] = &message[begin..];
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Decoder, Encoder, LARGEST};
    use super::*;

    /// The bytes of a message with these arrays if they are borrowed, the same if they are copied, and the number of bytes of
    /// its own that the former has.
    fn sent(arrays: &[&[f64]]) -> (Vec<u8>, Vec<u8>, usize) {
        let (mut borrowing, mut copying) = <(Buffer, Buffer)>::default();
        let mut borrowed = BorrowedSlices::default();
        let mut encoder = Encoder::new(&mut borrowing).borrowing(&mut borrowed);
        for array in arrays {
            encoder.value("text").unwrap();
            encoder.borrowed_slice(array).unwrap();
        }
        let mut encoder = Encoder::new(&mut copying);
        for array in arrays {
            encoder.value("text").unwrap();
            encoder.borrowed_slice(array).unwrap();
        }
        assert_eq!(borrowing.total_len(), copying.total_len());
        (borrowed.parts(borrowing.bytes()).concat(), copying.bytes().to_vec(), borrowing.len())
    }

    #[test]
    fn a_message_is_the_same_whether_arrays_are_borrowed_or_copied() {
        let (long, longer, short) = (&[1.5; 1000][..], &[2.5; 1001][..], &[3.5; 10][..]);
        for arrays in
            [&[][..], &[long], &[long, short, longer], &[short], &[long, longer, long, longer, long, longer, short]]
        {
            let (borrowed, copied, own) = sent(arrays);
            assert_eq!(borrowed, copied);
            assert_eq!(own < copied.len(), arrays.iter().any(|array| array.len() >= 1000), "{own} bytes were copied");
        }
    }

    #[test]
    fn an_array_is_aligned_after_bytes_of_any_length() {
        let (bytes, numbers) = (vec![7u8; 5001], vec![1.5f64; 2000]);
        let mut message = Buffer::default();
        let mut borrowed = BorrowedSlices::default();
        let mut encoder = Encoder::new(&mut message).borrowing(&mut borrowed);
        encoder.borrowed_slice(&bytes).unwrap();
        encoder.borrowed_slice(&numbers).unwrap();
        encoder.slice(&numbers).unwrap();
        let mut received = Buffer::default();
        received.extend(&borrowed.parts(message.bytes()).concat()).unwrap();
        let mut decoder = Decoder::new(received.bytes_mut(), 0);
        assert_eq!(*decoder.slice::<u8>().unwrap(), bytes);
        assert_eq!(*decoder.slice::<f64>().unwrap(), numbers);
        assert_eq!(*decoder.slice::<f64>().unwrap(), numbers);
        decoder.finish().unwrap();
    }

    #[test]
    fn borrowed_slices_count_towards_the_largest_message() {
        let bytes = vec![0u8; LARGEST / 4];
        let mut message = Buffer::default();
        let mut borrowed = BorrowedSlices::default();
        let mut encoder = Encoder::new(&mut message).borrowing(&mut borrowed);
        for _ in 0..3 {
            encoder.borrowed_slice(&bytes).unwrap();
        }
        let error = encoder.borrowed_slice(&bytes).unwrap_err();
        assert!(error.to_string().contains("more than"), "{error}");
        // The array's length was appended, and nothing of the array.
        assert!(message.len() < 100 && message.total_len() < LARGEST);
    }
}
