//! Long runs of scalars that a message only refers to: they are sent from where they are, and not copied into it first.

use super::buffer::Buffer;

/// Bytes of the shortest run that is worth it.
const LONG: usize = 4 << 10;

/// The most runs that one message refers to; further ones are copied into it.
const MOST: usize = 4;

/// The runs that a message refers to, in their order.
#[derive(Debug, Default)]
pub struct BorrowedSlices<'v>([Option<BorrowedRun<'v>>; MOST]);

#[derive(Debug, Clone, Copy)]
struct BorrowedRun<'v> {
    bytes: &'v [u8],
    /// Before which of the message's own bytes it belongs.
    place: usize,
}

/// A message that refers to none.
pub const NONE: &BorrowedSlices<'static> = &BorrowedSlices([None; MOST]);

/// Parts that a message has at most: the runs, and what is before, between and after them.
pub const PARTS: usize = 2 * MOST + 1;

impl<'v> BorrowedSlices<'v> {
    /// Refers to a run that belongs to the end of `message`; `false` if it has to be copied.
    pub(super) fn borrow(&mut self, bytes: &'v [u8], message: &mut Buffer) -> bool {
        let Some(free) = self.0.iter_mut().find(|run| run.is_none()) else { return false };
        // What is too long for a message is refused where it is copied.
        let is_lent = bytes.len() >= LONG && message.refer(bytes.len());
        if is_lent {
            *free = Some(BorrowedRun { bytes, place: message.len() });
        }
        is_lent
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0[0].is_none()
    }

    /// The parts of `message` in their order, as many of which are empty as it has less than [`PARTS`].
    pub fn parts<'m>(&'m self, message: &'m [u8]) -> [&'m [u8]; PARTS] {
        let mut parts = [&[][..]; PARTS];
        let mut begin = 0;
        for (BorrowedRun { bytes, place }, pair) in self.0.iter().flatten().zip(parts.chunks_exact_mut(2)) {
            pair.copy_from_slice(&[&message[begin..*place], bytes]);
            begin = *place;
        }
        parts[PARTS - 1] = &message[begin..];
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Decoder, Encoder, LARGEST};
    use super::*;

    /// What is sent of a message with these runs, and of the same where they are copied.
    fn sent(runs: &[&[f64]]) -> (Vec<u8>, Vec<u8>, usize) {
        let (mut borrowing, mut copying) = <(Buffer, Buffer)>::default();
        let mut borrowed = BorrowedSlices::default();
        let mut encoder = Encoder::new(&mut borrowing).borrowing(&mut borrowed);
        for run in runs {
            encoder.value("text").unwrap();
            encoder.borrowed_slice(run).unwrap();
        }
        let mut encoder = Encoder::new(&mut copying);
        for run in runs {
            encoder.value("text").unwrap();
            encoder.borrowed_slice(run).unwrap();
        }
        assert_eq!(borrowing.total(), copying.total());
        (borrowed.parts(borrowing.bytes()).concat(), copying.bytes().to_vec(), borrowing.len())
    }

    #[test]
    fn a_message_is_the_same_whether_runs_are_lent_or_copied() {
        let (long, longer, short) = (&[1.5; 1000][..], &[2.5; 1001][..], &[3.5; 10][..]);
        for runs in
            [&[][..], &[long], &[long, short, longer], &[short], &[long, longer, long, longer, long, longer, short]]
        {
            let (borrowed, copied, own) = sent(runs);
            assert_eq!(borrowed, copied);
            assert_eq!(own < copied.len(), runs.iter().any(|run| run.len() >= 1000), "{own} bytes were copied");
        }
    }

    #[test]
    fn bytes_that_end_anywhere_are_followed_by_aligned_ones() {
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
    fn what_is_lent_counts_for_the_largest_message() {
        let bytes = vec![0u8; LARGEST / 4];
        let mut message = Buffer::default();
        let mut borrowed = BorrowedSlices::default();
        let mut encoder = Encoder::new(&mut message).borrowing(&mut borrowed);
        for _ in 0..3 {
            encoder.borrowed_slice(&bytes).unwrap();
        }
        let error = encoder.borrowed_slice(&bytes).unwrap_err();
        assert!(error.to_string().contains("more than"), "{error}");
        // Its length is there, and nothing of it.
        assert!(message.len() < 100 && message.total() < LARGEST);
    }
}
