//! Frames between two threads of one process.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::Transport;
use crate::marshal::Buffer;

/// One end of a lane inside the process. Frames change hands; nothing is copied.
pub struct MemoryTransport {
    sender: Sender<Buffer>,
    receiver: Receiver<Buffer>,
    /// A buffer that was received and used up, for the next frame to be written to.
    spare: Buffer,
}

/// Both ends of a lane inside the process.
pub fn memory_pair() -> (MemoryTransport, MemoryTransport) {
    let (to_right, right) = channel();
    let (to_left, left) = channel();
    (
        MemoryTransport { sender: to_right, receiver: left, spare: Buffer::default() },
        MemoryTransport { sender: to_left, receiver: right, spare: Buffer::default() },
    )
}

impl Transport for MemoryTransport {
    fn send(&mut self, frame: &mut Buffer) -> io::Result<()> {
        let full = std::mem::replace(frame, std::mem::take(&mut self.spare));
        self.sender.send(full).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn receive(&mut self, frame: &mut Buffer) -> io::Result<()> {
        let received = self.receiver.recv().map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        self.spare = std::mem::replace(frame, received);
        Ok(())
    }
}
