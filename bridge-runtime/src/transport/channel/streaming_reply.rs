//! Decoding a long result while it arrives: a scalar array goes from the stream to its destination without being in the
//! channel's buffer as a whole.

use std::io;

use serde::de::DeserializeOwned;

use super::Channel;
use crate::marshal::{ALIGNMENT, Decoder, scalar};
use crate::transport::frame_transport::FIRST_READ;
use crate::wire::{frame, tag};

/// Bytes that are received at once. The memory for them has just been allocated, so it is still in the processor's cache.
const PIECE: usize = 256 << 10;

/// A result of which only the beginning has been received.
#[derive(Debug)]
pub struct StreamingReply<'m> {
    channel: &'m mut Channel,
    /// Where in the channel's buffer the next value begins.
    position: usize,
}

impl Channel {
    /// Whether only the beginning of the last message has been received.
    #[inline]
    pub fn is_streaming(&self) -> bool {
        self.missing > 0
    }

    /// Returns the result of which the beginning has been received.
    pub fn streaming_reply(&mut self) -> StreamingReply<'_> {
        StreamingReply { channel: self, position: frame::HEADER + tag::LENGTH }
    }

    /// Receives the rest of the last message, if it is streaming.
    ///
    /// # Errors
    /// As [`Channel::wait`].
    pub fn complete(&mut self) -> io::Result<()> {
        while self.missing > 0 {
            self.receive_more(self.incoming.len().max(PIECE))?;
        }
        Ok(())
    }

    /// Appends `count` bytes of the last message to the buffer, or all that are missing.
    fn receive_more(&mut self, count: usize) -> io::Result<()> {
        let begin = self.incoming.len();
        let end = begin + self.missing.min(count);
        self.incoming.resize(end)?;
        let into = &mut self.incoming.bytes_mut()[begin..];
        let received = self.transport.receive_rest(into, into.len() == self.missing);
        self.or_break(received)?;
        self.missing -= end - begin;
        Ok(())
    }
}

impl<'m> StreamingReply<'m> {
    /// Takes any value that serde can deserialize; `None` if it has not been received as a whole.
    pub fn value<T: DeserializeOwned>(&mut self) -> Option<T> {
        let mut decoder = Decoder::new(self.channel.incoming.bytes_mut(), self.position);
        let value = decoder.value().ok()?;
        self.position = decoder.position();
        Some(value)
    }

    /// Takes a vector of scalars that has not been received as a whole; `None` if the next value is something else.
    ///
    /// # Errors
    /// As [`Channel::wait`].
    pub fn vec<T: Clone + 'static>(&mut self) -> io::Result<Option<Vec<T>>> {
        let Some((zero, count)) = scalar::zero::<T>().zip(self.begin_scalars::<T>()?) else { return Ok(None) };
        let mut values = Vec::new();
        while values.len() < count {
            let begin = values.len();
            let end = count.min(begin + PIECE / size_of::<T>());
            if end > values.capacity() {
                // The claimed length is not believed: memory is reserved for twice what has arrived, or for as much as has
                // arrived before.
                let known = (2 * begin).max(self.channel.longest_vector / size_of::<T>());
                values.reserve_exact(known.clamp(end, count) - begin);
            }
            values.resize(end, zero.clone());
            self.fill(&mut values[begin..])?;
        }
        self.channel.longest_vector = self.channel.longest_vector.max(size_of_val(values.as_slice()));
        Ok(Some(values))
    }

    /// Takes an array of scalars that has not been received as a whole into `values`, if it has as many elements; returns
    /// whether it did.
    ///
    /// # Errors
    /// As [`Channel::wait`].
    pub fn slice_into<T: 'static>(&mut self, values: &mut [T]) -> io::Result<bool> {
        let before = self.position;
        match self.begin_scalars::<T>()? {
            Some(count) if count == values.len() => self.fill(values).map(|()| true),
            _ => {
                self.position = before;
                Ok(false)
            }
        }
    }

    /// Receives the rest.
    ///
    /// # Errors
    /// As [`Channel::wait`].
    pub fn complete(self) -> io::Result<Decoder<'m>> {
        self.channel.complete()?;
        Ok(self.channel.decoder_at(self.position))
    }

    /// If the next value is an array of scalars that has not been received as a whole, goes to its first element and returns
    /// the number of elements.
    ///
    /// # Errors
    /// As [`Channel::wait`].
    fn begin_scalars<T: 'static>(&mut self) -> io::Result<Option<usize>> {
        if self.position == self.channel.incoming.len() {
            // The buffer ends with the last array.
            self.channel.receive_more(FIRST_READ)?;
        }
        let mut decoder = Decoder::new(self.channel.incoming.bytes_mut(), self.position);
        // Anything else, and an impossible length, is decoded, or refused, once all of it has been received.
        let Ok(Some(count)) = decoder.begin_scalars() else { return Ok(None) };
        let (begin, size) = (decoder.position(), count.saturating_mul(size_of::<T>()));
        let received = self.channel.incoming.len() - begin;
        if !scalar::is_scalar::<T>() || size <= received || size - received > self.channel.missing {
            return Ok(None);
        }
        self.position = begin;
        Ok(Some(count))
    }

    /// Takes the next scalars of an array: first from the buffer, then from the transport.
    fn fill<T: 'static>(&mut self, values: &mut [T]) -> io::Result<()> {
        let bytes = scalar::as_bytes_mut(values).unwrap_or_default();
        let channel = &mut *self.channel;
        let buffered = &channel.incoming.bytes()[self.position..];
        let (first, rest) = bytes.split_at_mut(buffered.len().min(bytes.len()));
        first.copy_from_slice(&buffered[..first.len()]);
        self.position += first.len();
        if rest.is_empty() {
            return Ok(());
        }
        let received = channel.transport.receive_rest(rest, rest.len() == channel.missing);
        channel.or_break(received)?;
        channel.missing -= rest.len();
        // The buffer is used up. It keeps as many bytes as align what comes next as in the whole message.
        self.position = (self.position + rest.len()) % ALIGNMENT;
        channel.incoming.resize(self.position)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::PipeTransport;
    use crate::wire::Message;

    /// A stream with these bytes, of which one read returns at most the given number.
    struct ShortReads(Vec<u8>, usize);

    impl io::Read for ShortReads {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0.drain(..count);
            Ok(count)
        }
    }

    impl io::Write for ShortReads {
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

    /// A result with scalar arrays, and values before and between them.
    fn message() -> Vec<u8> {
        let (doubles, bytes, integers) = numbers();
        let mut channel = Channel::new(PipeTransport::new(ShortReads(Vec::new(), usize::MAX)));
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

    fn channel_of(bytes: &[u8], step: usize) -> Channel {
        Channel::new(PipeTransport::new(ShortReads(bytes.to_vec(), step)))
    }

    #[test]
    fn arrays_are_taken_while_they_arrive() {
        let whole = message();
        let (doubles, bytes, integers) = numbers();
        for step in [4093, 70_001, usize::MAX] {
            let mut channel = channel_of(&whole, step);
            channel.wait_for_reply().unwrap();
            assert!(channel.is_streaming());
            let mut streaming_reply = channel.streaming_reply();
            assert_eq!(streaming_reply.value::<(bool, String)>(), Some((true, "first".to_owned())));
            assert_eq!(streaming_reply.vec::<bool>().unwrap(), None);
            assert!(!streaming_reply.slice_into(&mut [0.0; 69_999]).unwrap());

            assert!(streaming_reply.vec::<f64>().unwrap().unwrap() == doubles);
            assert!(streaming_reply.vec::<u8>().unwrap().unwrap() == bytes);
            let mut received = vec![0; integers.len()];
            assert!(streaming_reply.slice_into(&mut received).unwrap());
            assert!(received == integers);
            let mut decoder = streaming_reply.complete().unwrap();
            assert_eq!(decoder.text().unwrap(), "between");
            assert!(decoder.vec::<f64>().unwrap() == doubles);
            decoder.finish().unwrap();
            assert!(!channel.is_streaming());
            assert_eq!(channel.longest_vector, doubles.len() * size_of::<f64>());
        }
    }

    #[test]
    fn an_end_anywhere_is_an_error() {
        let whole = message();
        for length in (0..whole.len()).step_by(40_009) {
            let mut channel = channel_of(&whole[..length], usize::MAX);
            let result = channel.wait_for_reply().and_then(|()| {
                let mut streaming_reply = channel.streaming_reply();
                streaming_reply.value::<(bool, String)>();
                streaming_reply.vec::<f64>()?;
                streaming_reply.vec::<u8>()?;
                streaming_reply.complete().map(drop)
            });
            assert_eq!(result.unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "{length}");
            channel.complete().and_then(|()| channel.wait()).unwrap_err();
        }
    }

    #[test]
    fn an_additional_byte_is_an_error() {
        let mut whole = message();
        whole.push(0);
        let mut channel = channel_of(&whole, usize::MAX);
        channel.wait_for_reply().unwrap();
        assert_eq!(channel.complete().unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn memory_is_allocated_for_what_has_arrived() {
        let mut channel = channel_of(&[], 0);
        let count = 100u64 << 20;
        let mut encoder = channel.begin(&Message::Return).unwrap();
        encoder.value(&(count << 1)).unwrap();
        let begin = channel.outgoing.total_len();
        channel.outgoing.resize(begin + 100_000).unwrap();
        let mut message = channel.outgoing.bytes().to_vec();
        message[..4].copy_from_slice(&(900u32 << 20).to_le_bytes());
        let mut channel = channel_of(&message, usize::MAX);
        channel.wait_for_reply().unwrap();
        channel.streaming_reply().vec::<f64>().unwrap_err();
        assert!(channel.longest_vector == 0 && channel.incoming.capacity() < 1 << 20);
    }
}
