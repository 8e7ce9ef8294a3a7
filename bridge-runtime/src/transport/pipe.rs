//! The pipe transport: frames over a byte stream, such as a named pipe, a Unix domain socket or a pair of FIFOs.

use std::io::{self, IoSlice, Read, Write};

use super::doorbell::StreamDoorbell;
use super::frame_transport::FIRST_READ;
use super::{Disconnector, Doorbell, FrameTransport};
use crate::marshal::{BorrowedSlices, Buffer, MAX_PARTS};
use crate::wire::frame;

/// A transport over any byte stream.
pub struct PipeTransport<S> {
    stream: S,
    disconnector: fn(&S) -> Disconnector,
}

impl<S: Read + Write + Send> PipeTransport<S> {
    /// A transport over `stream`, whose reads and writes fail once its other end is closed.
    pub fn new(stream: S) -> Self {
        Self::with_disconnector(stream, |_| Disconnector::default())
    }

    /// A transport over `stream`, which `disconnector` can disconnect from another thread.
    pub fn with_disconnector(stream: S, disconnector: fn(&S) -> Disconnector) -> Self {
        Self { stream, disconnector }
    }
}

impl<S: Read + Write + Send + 'static> FrameTransport for PipeTransport<S> {
    fn send(&mut self, frame: &mut Buffer, borrowed: &BorrowedSlices<'_>) -> io::Result<()> {
        match borrowed.is_empty() {
            true => self.stream.write_all(frame.bytes()),
            false => write_all_parts(&mut self.stream, borrowed.parts(frame.bytes())),
        }
    }

    fn is_vectored(&self) -> bool {
        true
    }

    fn receive(&mut self, frame: &mut Buffer) -> io::Result<()> {
        self.receive_up_to(frame, usize::MAX).map(drop)
    }

    fn receive_first(&mut self, frame: &mut Buffer) -> io::Result<usize> {
        self.receive_up_to(frame, FIRST_READ)
    }

    fn receive_rest(&mut self, into: &mut [u8], is_last: bool) -> io::Result<()> {
        match into.split_last_mut() {
            Some((last, rest)) if is_last => {
                self.stream.read_exact(rest)?;
                *last = self.read_last_byte()?;
                Ok(())
            }
            _ => self.stream.read_exact(into),
        }
    }

    fn into_doorbell(self: Box<Self>) -> io::Result<Box<dyn Doorbell>> {
        let Self { stream, disconnector } = *self;
        Ok(Box::new(StreamDoorbell { stream, disconnector }))
    }

    fn disconnector(&self) -> Disconnector {
        (self.disconnector)(&self.stream)
    }
}

impl<S: Read> PipeTransport<S> {
    /// Receives a frame, or the first `enough` bytes of a longer one, which must include its header; returns the number of
    /// bytes still to be received.
    ///
    /// A message that fits into the buffer is one read: nothing follows a frame, so the read may ask for more than the frame.
    fn receive_up_to(&mut self, frame: &mut Buffer, enough: usize) -> io::Result<usize> {
        let mut received = 0;
        loop {
            let length = make_room(frame, received)?;
            match length {
                Some(length) if received > length => return Err(out_of_turn()),
                Some(length) if received >= length.min(enough) => {
                    frame.resize(received)?;
                    return Ok(length - received);
                }
                _ => {}
            }
            let end = frame.capacity().min(enough);
            match self.stream.read(&mut frame.memory_mut()[received..end]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => received += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads the last byte of a frame. Asks for one byte more, which must not be there: otherwise it would be taken for the
    /// beginning of the next message.
    fn read_last_byte(&mut self) -> io::Result<u8> {
        let mut bytes = [0; 2];
        loop {
            match self.stream.read(&mut bytes) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(1) => return Ok(bytes[0]),
                Ok(_) => return Err(out_of_turn()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Makes room in `frame` for the bytes that are still to be received, after `received` bytes. The buffer grows with what has
/// arrived, and not with the length that a header claims.
///
/// Returns the length of the frame, or `None` if its header is not complete yet.
fn make_room(frame: &mut Buffer, received: usize) -> io::Result<Option<usize>> {
    frame.resize(received)?;
    let length = frame::length(frame.bytes())?;
    let room = length.unwrap_or(0).min(received.saturating_mul(2)).max(FIRST_READ);
    frame.resize(room.max(received))?;
    Ok(length)
}

fn out_of_turn() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a message arrived out of turn")
}

/// Writes the parts of a frame, all of them with one call if the system can do that.
fn write_all_parts(stream: &mut impl Write, parts: [&[u8]; MAX_PARTS]) -> io::Result<()> {
    let mut parts = parts.map(IoSlice::new);
    let mut rest = &mut parts[..];
    // Also skips empty parts at the beginning.
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        match stream.write_vectored(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => IoSlice::advance_slices(&mut rest, count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Channel;
    use crate::wire::Message;

    /// A stream that reads and writes at most `step` bytes at a time.
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
            let count = self.step.min(bytes.len());
            self.bytes.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A stream that counts its reads and writes, each of which would be a system call on a pipe.
    #[derive(Default)]
    struct Counting {
        bytes: Vec<u8>,
        reads: usize,
        writes: usize,
    }

    impl Read for Counting {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.reads += 1;
            let count = self.bytes.len().min(into.len());
            into[..count].copy_from_slice(&self.bytes[..count]);
            self.bytes.drain(..count);
            Ok(count)
        }
    }

    impl Write for Counting {
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
        let mut transport = PipeTransport::new(Counting::default());
        let mut received = Buffer::default();
        for _ in 0..3 {
            transport.send(&mut frame_of(&[7; 1000]), BorrowedSlices::NONE).unwrap();
            transport.receive(&mut received).unwrap();
        }
        assert_eq!((transport.stream.writes, transport.stream.reads), (3, 3));
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
                transport.send(&mut frame_of(&content), BorrowedSlices::NONE).unwrap();
                let mut received = Buffer::default();
                transport.receive(&mut received).unwrap();
                assert_eq!(&received.bytes()[frame::HEADER..], content);
            }
        }
    }

    #[test]
    fn borrowed_slices_arrive_however_they_are_cut() {
        let (long, longer) = (vec![1.5; 3000], vec![2.5; 5000]);
        for step in [7, 4096, usize::MAX] {
            let mut channel = Channel::new(PipeTransport::new(Trickle { bytes: Vec::new(), step }));
            let mut borrowed = BorrowedSlices::default();
            channel.begin(&Message::Return).unwrap();
            let mut encoder = channel.encoder(false, &mut borrowed);
            encoder.borrowed_slice(&long).unwrap();
            encoder.value("between").unwrap();
            encoder.borrowed_slice(&longer).unwrap();
            encoder.value("after").unwrap();
            assert!(!borrowed.is_empty());
            channel.send_borrowed(&borrowed).unwrap();
            let (_, mut decoder) = channel.receive().unwrap();
            assert_eq!(decoder.vec::<f64>().unwrap(), long);
            assert_eq!(decoder.text().unwrap(), "between");
            assert_eq!(decoder.vec::<f64>().unwrap(), longer);
            assert_eq!(decoder.text().unwrap(), "after");
            decoder.finish().unwrap();
        }
    }

    #[test]
    fn a_stream_that_ends_within_a_frame_is_an_error() {
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
