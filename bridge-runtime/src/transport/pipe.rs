//! Frames over a byte stream: a named pipe, a Unix domain socket, a pair of FIFOs.

use std::io::{self, IoSlice, Read, Write};

use super::shared_memory::Doorbell;
use super::{Disconnector, FIRST_READ, FrameTransport, SharedMemoryEnd, make_room};
use crate::marshal::{BorrowedSlices, Buffer, PARTS};

/// A transport over any byte stream.
pub struct PipeTransport<S> {
    stream: S,
    disconnector: fn(&S) -> Disconnector,
    /// What carries the frames instead, once it is agreed on; the stream wakes who waits for them.
    shared_memory: Option<SharedMemoryEnd>,
}

/// See [`Doorbell`].
struct StreamDoorbell<'s, S>(&'s mut S);

impl<S: Read + Write + Send> PipeTransport<S> {
    /// Frames over `stream`, which ends by itself when its other end does.
    pub fn new(stream: S) -> Self {
        Self::breakable(stream, |_| Disconnector::default())
    }

    /// Frames over `stream`, which `disconnector` ends from another thread.
    pub fn breakable(stream: S, disconnector: fn(&S) -> Disconnector) -> Self {
        Self { stream, disconnector, shared_memory: None }
    }

    /// Receives a frame, or no more of it than is `enough`, which is more than its header; returns how many bytes are missing.
    fn fill(&mut self, frame: &mut Buffer, enough: usize) -> io::Result<usize> {
        let mut received = 0;
        loop {
            let length = make_room(frame, received)?;
            match length {
                Some(length) if received > length => {
                    return Err(before_its_turn());
                }
                Some(length) if received >= length.min(enough) => {
                    frame.resize(received).map_err(super::out_of_memory)?;
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
}

impl<S: Read + Write + Send> FrameTransport for PipeTransport<S> {
    fn send(&mut self, frame: &mut Buffer, borrowed: &BorrowedSlices<'_>) -> io::Result<()> {
        match &mut self.shared_memory {
            Some(shared_memory) => shared_memory.send(frame, &mut StreamDoorbell(&mut self.stream)),
            None if borrowed.is_empty() => self.stream.write_all(frame.bytes()),
            None => write_all(&mut self.stream, borrowed.parts(frame.bytes())),
        }
    }

    fn is_vectored(&self) -> bool {
        self.shared_memory.is_none()
    }

    /// One read for a message that fits the memory at hand: a connection strictly alternates, so nothing follows a frame.
    fn receive(&mut self, frame: &mut Buffer) -> io::Result<()> {
        if let Some(shared_memory) = &mut self.shared_memory {
            return shared_memory.receive(frame, &mut StreamDoorbell(&mut self.stream));
        }
        self.fill(frame, usize::MAX).map(drop)
    }

    fn receive_first(&mut self, frame: &mut Buffer) -> io::Result<usize> {
        match self.shared_memory {
            Some(_) => self.receive(frame).map(|()| 0),
            None => self.fill(frame, FIRST_READ),
        }
    }

    fn receive_rest(&mut self, into: &mut [u8], last: bool) -> io::Result<()> {
        let Some((end, most)) = into.split_last_mut().filter(|_| last) else { return self.stream.read_exact(into) };
        self.stream.read_exact(most)?;
        // There is room for one byte that does not belong there: it would be the next message's otherwise.
        let mut room = [0; 2];
        loop {
            match self.stream.read(&mut room) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(1) => {
                    *end = room[0];
                    return Ok(());
                }
                Ok(_) => return Err(before_its_turn()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn disconnector(&self) -> Disconnector {
        (self.disconnector)(&self.stream)
    }

    fn upgrade(&mut self, shared_memory: SharedMemoryEnd) -> io::Result<()> {
        self.shared_memory = Some(shared_memory);
        Ok(())
    }
}

/// A connection strictly alternates, so nothing follows a frame.
fn before_its_turn() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a message came before its turn")
}

/// Writes the parts of a frame, all of them at once where the system can do that.
fn write_all(stream: &mut impl Write, parts: [&[u8]; PARTS]) -> io::Result<()> {
    let mut parts = parts.map(IoSlice::new);
    let mut rest = &mut parts[..];
    // Also leaves out parts that are empty.
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

impl<S: Read + Write> Doorbell for StreamDoorbell<'_, S> {
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
    use crate::marshal::NONE;
    use crate::transport::Channel;
    use crate::wire::{Message, frame};

    /// A stream that takes and hands out its bytes a few at a time.
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
            PipeTransport::new(&mut stream).send(&mut frame_of(&[7; 1000]), NONE).unwrap();
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
                transport.send(&mut frame_of(&content), NONE).unwrap();
                let mut received = Buffer::default();
                transport.receive(&mut received).unwrap();
                assert_eq!(&received.bytes()[frame::HEADER..], content);
            }
        }
    }

    #[test]
    fn what_is_lent_arrives_however_it_is_cut() {
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
