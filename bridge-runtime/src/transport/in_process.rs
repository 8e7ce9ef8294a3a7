//! Frames between two threads of one process.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Weak};

use super::{Disconnector, FrameTransport};
use crate::marshal::{BorrowedSlices, Buffer};

/// One end of a connection inside the process. Frames change hands; nothing is copied.
pub struct InProcessTransport {
    sender: Arc<Sender<Buffer>>,
    /// What the other end sends with: for breaking this end.
    other: Weak<Sender<Buffer>>,
    receiver: Receiver<Buffer>,
    /// A buffer that was received and used up, for the next frame to be written to.
    spare: Buffer,
}

/// Both ends of a connection inside the process.
pub fn in_process_pair() -> (InProcessTransport, InProcessTransport) {
    let (to_right, right) = channel();
    let (to_left, left) = channel();
    let (to_right, to_left) = (Arc::new(to_right), Arc::new(to_left));
    let end = |sender: &Arc<_>, other: &Arc<_>, receiver| InProcessTransport {
        sender: Arc::clone(sender),
        other: Arc::downgrade(other),
        receiver,
        spare: Buffer::default(),
    };
    (end(&to_right, &to_left, left), end(&to_left, &to_right, right))
}

impl FrameTransport for InProcessTransport {
    fn send(&mut self, frame: &mut Buffer, _: &BorrowedSlices<'_>) -> io::Result<()> {
        let full = std::mem::replace(frame, std::mem::take(&mut self.spare));
        self.sender.send(full).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn receive(&mut self, frame: &mut Buffer) -> io::Result<()> {
        let received = self.receiver.recv().map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        self.spare = std::mem::replace(frame, received);
        Ok(())
    }

    /// An empty buffer is no frame, and ends the wait.
    fn disconnector(&self) -> Disconnector {
        let other = Weak::clone(&self.other);
        Disconnector::new(move || {
            if let Some(other) = other.upgrade() {
                // Where nobody receives any more, nobody waits either.
                let _ = other.send(Buffer::default());
            }
        })
    }
}
