//! A long result that is taken while it arrives: a run of scalars goes from the stream to where it stays.

use std::io;

use serde::de::DeserializeOwned;

use super::{Channel, FIRST_READ, out_of_memory};
use crate::marshal::{ALIGNMENT, Decoder, scalar};
use crate::wire::frame;

/// Bytes that are read at once. The memory for them was made just before, and is still in the processor's cache.
const PIECE: usize = 256 << 10;

/// A result, of which only the beginning has come.
#[derive(Debug)]
pub struct StreamingReply<'m> {
    channel: &'m mut Channel,
    /// Where in what has come the next value begins.
    position: usize,
}

impl Channel {
    /// Waits for what answers a call. If that is a long result, it may be that only its beginning [has
    /// come](LaneEnd::is_arriving).
    ///
    /// # Errors
    /// As [`Channel::wait`].
    #[inline]
    pub fn wait_for_reply(&mut self) -> io::Result<()> {
        self.incoming.clear();
        match self.transport.receive_first(&mut self.incoming) {
            Ok(0) => Ok(()),
            Ok(missing) => {
                self.missing = missing;
                if self.has_result() { Ok(()) } else { self.complete() }
            }
            Err(error) => self.or_fail(Err(error)),
        }
    }

    /// Whether only the beginning of the last message has come.
    #[inline]
    pub fn is_streaming(&self) -> bool {
        self.missing > 0
    }

    /// The result that is arriving.
    pub fn streaming_reply(&mut self) -> StreamingReply<'_> {
        StreamingReply { channel: self, position: frame::AFTER_BYTE }
    }

    /// Waits for the rest of the message, if it is arriving.
    ///
    /// # Errors
    /// As [`Channel::wait`].
    pub fn complete(&mut self) -> io::Result<()> {
        while self.missing > 0 {
            self.receive_more(self.incoming.len().max(PIECE))?;
        }
        Ok(())
    }

    /// Receives as many bytes of the message to the end of what has come, or all that are missing.
    fn receive_more(&mut self, count: usize) -> io::Result<()> {
        let begin = self.incoming.len();
        let end = begin + self.missing.min(count);
        self.incoming.resize(end).map_err(out_of_memory)?;
        let into = &mut self.incoming.bytes_mut()[begin..];
        let received = self.transport.receive_rest(into, into.len() == self.missing);
        self.or_fail(received)?;
        self.missing -= end - begin;
        Ok(())
    }
}

impl<'m> StreamingReply<'m> {
    /// Takes any value that serde can deserialize, if it has come.
    pub fn value<T: DeserializeOwned>(&mut self) -> Option<T> {
        let mut here = Decoder::new(self.channel.incoming.bytes_mut(), self.position);
        let value = here.value().ok()?;
        self.position = here.position();
        Some(value)
    }

    /// Takes a vector, if it is a run of scalars that has yet to come.
    ///
    /// # Errors
    /// As [`Channel::wait`].
    pub fn vec<T: Clone + 'static>(&mut self) -> io::Result<Option<Vec<T>>> {
        let Some((zero, count)) = scalar::zero::<T>().zip(self.run::<T>()?) else { return Ok(None) };
        let mut values = Vec::new();
        while values.len() < count {
            let begin = values.len();
            let end = count.min(begin + PIECE / size_of::<T>());
            if end > values.capacity() {
                // For no more than has come already, with this message or before.
                let known = (2 * begin).max(self.channel.longest / size_of::<T>());
                values.reserve_exact(known.clamp(end, count) - begin);
            }
            values.resize(end, zero.clone());
            self.fill(&mut values[begin..])?;
        }
        self.channel.longest = self.channel.longest.max(size_of_val(values.as_slice()));
        Ok(Some(values))
    }

    /// Takes a slice to where another of the same length is, if it is a run of scalars that has yet to come; returns whether
    /// it is.
    ///
    /// # Errors
    /// As [`Channel::wait`].
    pub fn slice_into<T: 'static>(&mut self, values: &mut [T]) -> io::Result<bool> {
        let before = self.position;
        match self.run::<T>()? {
            Some(count) if count == values.len() => self.fill(values).map(|()| true),
            _ => {
                self.position = before;
                Ok(false)
            }
        }
    }

    /// Waits for the rest.
    ///
    /// # Errors
    /// As [`Channel::wait`].
    pub fn complete(self) -> io::Result<Decoder<'m>> {
        self.channel.complete()?;
        Ok(self.channel.rest(self.position))
    }

    /// Goes to the scalars of a run, if it comes next and not all of it is here; returns how many there are.
    ///
    /// # Errors
    /// As [`Channel::wait`].
    fn run<T: 'static>(&mut self) -> io::Result<Option<usize>> {
        if self.position == self.channel.incoming.len() {
            // A run has ended there.
            self.channel.receive_more(FIRST_READ)?;
        }
        let mut here = Decoder::new(self.channel.incoming.bytes_mut(), self.position);
        // What is no run, or claims too much, is for the decoder to find out.
        let Ok(Some(count)) = here.run_ahead() else { return Ok(None) };
        let (begin, size) = (here.position(), count.saturating_mul(size_of::<T>()));
        let held = self.channel.incoming.len() - begin;
        if !scalar::is_scalar::<T>() || size <= held || size - held > self.channel.missing {
            return Ok(None);
        }
        self.position = begin;
        Ok(Some(count))
    }

    /// Takes the next scalars of a run.
    fn fill<T: 'static>(&mut self, values: &mut [T]) -> io::Result<()> {
        let bytes = scalar::as_bytes_mut(values).unwrap_or_default();
        let channel = &mut *self.channel;
        let here = &channel.incoming.bytes()[self.position..];
        let (first, rest) = bytes.split_at_mut(here.len().min(bytes.len()));
        first.copy_from_slice(&here[..first.len()]);
        self.position += first.len();
        if rest.is_empty() {
            return Ok(());
        }
        let received = channel.transport.receive_rest(rest, rest.len() == channel.missing);
        channel.or_fail(received)?;
        channel.missing -= rest.len();
        // All that was here is taken. What comes next is aligned as if it were behind that.
        self.position = (self.position + rest.len()) % ALIGNMENT;
        channel.incoming.resize(self.position).map_err(out_of_memory)
    }
}

#[cfg(test)]
mod tests {
    use super::super::PipeTransport;
    use super::*;
    use crate::wire::Message;

    /// Bytes that come so many at a time, and nothing after them.
    struct Coming(Vec<u8>, usize);

    impl io::Read for Coming {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0.drain(..count);
            Ok(count)
        }
    }

    impl io::Write for Coming {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn numbers() -> (Vec<f64>, Vec<u8>, Vec<i32>) {
        let bytes = (0..=255).cycle().take(100_003).collect();
        ((0..70_000).map(f64::from).collect(), bytes, (0..50_000).collect())
    }

    /// A result with runs of all lengths, and values between them.
    fn message() -> Vec<u8> {
        let (doubles, bytes, integers) = numbers();
        let mut channel = Channel::new(PipeTransport::new(Coming(Vec::new(), usize::MAX)));
        let mut encoder = channel.begin(&Message::Return).unwrap();
        encoder.value(&(true, "first")).unwrap();
        encoder.slice(&doubles).unwrap();
        encoder.slice(&bytes).unwrap();
        encoder.slice(&integers).unwrap();
        encoder.value("between").unwrap();
        encoder.slice(&doubles).unwrap();
        channel.send().unwrap();
        channel.wait().unwrap();
        channel.incoming.bytes().to_vec()
    }

    fn coming(bytes: &[u8], step: usize) -> Channel {
        Channel::new(PipeTransport::new(Coming(bytes.to_vec(), step)))
    }

    #[test]
    fn runs_are_taken_while_they_come() {
        let whole = message();
        let (doubles, bytes, integers) = numbers();
        for step in [4093, 70_001, usize::MAX] {
            let mut channel = coming(&whole, step);
            channel.wait_for_reply().unwrap();
            assert!(channel.is_streaming());
            let mut streaming_reply = channel.streaming_reply();
            assert_eq!(streaming_reply.value::<(bool, String)>(), Some((true, "first".to_owned())));
            assert_eq!(streaming_reply.vec::<bool>().unwrap(), None);
            assert!(!streaming_reply.slice_into(&mut [0.0; 69_999]).unwrap());

            assert!(streaming_reply.vec::<f64>().unwrap().unwrap() == doubles);
            assert!(streaming_reply.vec::<u8>().unwrap().unwrap() == bytes);
            let mut came = vec![0; integers.len()];
            assert!(streaming_reply.slice_into(&mut came).unwrap());
            assert!(came == integers);
            let mut decoder = streaming_reply.complete().unwrap();
            assert_eq!(decoder.text().unwrap(), "between");
            assert!(decoder.vec::<f64>().unwrap() == doubles);
            decoder.finish().unwrap();
            assert!(!channel.is_streaming());
            assert_eq!(channel.longest, doubles.len() * size_of::<f64>());
        }
    }

    #[test]
    fn an_end_anywhere_is_told() {
        let whole = message();
        for length in (0..whole.len()).step_by(40_009) {
            let mut channel = coming(&whole[..length], usize::MAX);
            let taken = channel.wait_for_reply().and_then(|()| {
                let mut streaming_reply = channel.streaming_reply();
                streaming_reply.value::<(bool, String)>();
                streaming_reply.vec::<f64>()?;
                streaming_reply.vec::<u8>()?;
                streaming_reply.complete().map(drop)
            });
            assert_eq!(taken.unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "{length}");
            channel.complete().and_then(|()| channel.wait()).unwrap_err();
        }
    }

    #[test]
    fn a_byte_too_many_is_told() {
        let mut whole = message();
        whole.push(0);
        let mut channel = coming(&whole, usize::MAX);
        channel.wait_for_reply().unwrap();
        assert_eq!(channel.complete().unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn memory_is_made_for_what_comes() {
        let mut channel = coming(&[], 0);
        let count = 100u64 << 20;
        let mut encoder = channel.begin(&Message::Return).unwrap();
        encoder.value(&(count << 1)).unwrap();
        let begin = channel.outgoing.total();
        channel.outgoing.resize(begin + 100_000).unwrap();
        let mut said = channel.outgoing.bytes().to_vec();
        said[..4].copy_from_slice(&(900u32 << 20).to_le_bytes());
        let mut channel = coming(&said, usize::MAX);
        channel.wait_for_reply().unwrap();
        channel.streaming_reply().vec::<f64>().unwrap_err();
        assert!(channel.longest == 0 && channel.incoming.capacity() < 1 << 20);
    }
}
