//! Frames over a byte stream: a named pipe, a Unix domain socket, a pair of FIFOs.

use std::io::{self, Read, Write};

use super::fast::Bell;
use super::{Breaker, FastEnd, Transport, make_room};
use crate::marshal::Buffer;

/// A transport over any byte stream.
pub struct PipeTransport<S> {
    stream: S,
    breaker: fn(&S) -> Breaker,
    /// What carries the frames instead, once it is agreed on; the stream wakes who waits for them.
    fast: Option<FastEnd>,
}

/// See [`Bell`].
struct Doorbell<'s, S>(&'s mut S);

impl<S: Read + Write + Send> PipeTransport<S> {
    /// Frames over `stream`, which ends by itself when its other end does.
    pub fn new(stream: S) -> Self {
        Self::breakable(stream, |_| Breaker::default())
    }

    /// Frames over `stream`, which `breaker` ends from another thread.
    pub fn breakable(stream: S, breaker: fn(&S) -> Breaker) -> Self {
        Self { stream, breaker, fast: None }
    }
}

impl<S: Read + Write + Send> Transport for PipeTransport<S> {
    fn send(&mut self, frame: &mut Buffer) -> io::Result<()> {
        match &mut self.fast {
            Some(fast) => fast.send(frame, &mut Doorbell(&mut self.stream)),
            None => self.stream.write_all(frame.bytes()),
        }
    }

    /// One read for a message that fits the memory at hand: a lane strictly alternates, so nothing follows a frame.
    fn receive(&mut self, frame: &mut Buffer) -> io::Result<()> {
        if let Some(fast) = &mut self.fast {
            return fast.receive(frame, &mut Doorbell(&mut self.stream));
        }
        let mut received = 0;
        loop {
            let length = make_room(frame, received)?;
            match length {
                Some(length) if received == length => return frame.resize(length).map_err(super::out_of_memory),
                Some(length) if received > length => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "a message came before its turn"));
                }
                _ => {}
            }
            match self.stream.read(&mut frame.memory_mut()[received..]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => received += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn breaker(&self) -> Breaker {
        (self.breaker)(&self.stream)
    }

    fn quicken(&mut self, fast: FastEnd) -> io::Result<()> {
        self.fast = Some(fast);
        Ok(())
    }
}

impl<S: Read + Write> Bell for Doorbell<'_, S> {
    fn ring(&mut self) -> io::Result<()> {
        self.0.write_all(&[0])
    }

    fn wait(&mut self) -> io::Result<()> {
        self.0.read_exact(&mut [0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::frame;

    /// A stream that hands out its bytes a few at a time.
    struct Trickle {
        bytes: Vec<u8>,
        step: usize,
    }

    impl Read for Trickle {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.step.min(self.bytes.len()).min(into.len());
            into[..count].copy_from_slice(&self.bytes[..count]);
            self.bytes.drain(..count);
            Ok(count)
        }
    }

    impl Write for Trickle {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.bytes.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A stream that counts the calls it gets: each is a system call over a pipe.
    #[derive(Default)]
    struct Counting {
        bytes: Vec<u8>,
        reads: usize,
        writes: usize,
    }

    impl Read for &mut Counting {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.reads += 1;
            let count = self.bytes.len().min(into.len());
            into[..count].copy_from_slice(&self.bytes[..count]);
            self.bytes.drain(..count);
            Ok(count)
        }
    }

    impl Write for &mut Counting {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.writes += 1;
            self.bytes.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_message_is_one_write_and_one_read() {
        let mut stream = Counting::default();
        let mut received = Buffer::default();
        for _ in 0..3 {
            PipeTransport::new(&mut stream).send(&mut frame_of(&[7; 1000])).unwrap();
            PipeTransport::new(&mut stream).receive(&mut received).unwrap();
        }
        assert_eq!((stream.writes, stream.reads), (3, 3));
    }

    fn frame_of(content: &[u8]) -> Buffer {
        let mut buffer = Buffer::default();
        frame::begin(&mut buffer).unwrap();
        buffer.extend(content).unwrap();
        frame::finish(&mut buffer);
        buffer
    }

    #[test]
    fn frames_arrive_however_they_are_cut() {
        for content in [vec![], vec![1; 5], vec![2; 300_000]] {
            for step in [1, 7, usize::MAX] {
                if step < 7 && content.len() > 1000 {
                    continue;
                }
                let mut transport = PipeTransport::new(Trickle { bytes: Vec::new(), step });
                transport.send(&mut frame_of(&content)).unwrap();
                let mut received = Buffer::default();
                transport.receive(&mut received).unwrap();
                assert_eq!(&received.bytes()[frame::HEADER..], content);
            }
        }
    }

    #[test]
    fn an_end_in_the_middle_is_an_error() {
        let whole = frame_of(b"message");
        for length in 0..whole.len() {
            let mut transport = PipeTransport::new(Trickle { bytes: whole.bytes()[..length].to_vec(), step: 3 });
            let error = transport.receive(&mut Buffer::default()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn a_claimed_gigabyte_is_not_allocated() {
        let mut header = vec![0, 0, 0, 0x3f, 0, 0, 0, 0];
        header.extend([0; 100]);
        let mut transport = PipeTransport::new(Trickle { bytes: header, step: usize::MAX });
        let mut received = Buffer::default();
        transport.receive(&mut received).unwrap_err();
        assert!(received.capacity() < 1 << 20);
    }
}
