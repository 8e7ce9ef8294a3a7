//! A transport between two threads of one process.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Weak};

use super::{Disconnector, FrameTransport};
use crate::marshal::{BorrowedSlices, Buffer};

/// One end of a connection within the process. Frames are moved to the other end, not copied.
pub struct InProcessTransport {
    sender: Arc<Sender<Buffer>>,
    /// The other end's sender, with which this end's wait is ended.
    other_sender: Weak<Sender<Buffer>>,
    receiver: Receiver<Buffer>,
    /// The last received buffer, which becomes the next frame to be written.
    spare: Buffer,
}

/// Both ends of a connection within the process.
pub fn in_process_pair() -> (InProcessTransport, InProcessTransport) {
    let (to_right, right) = channel();
    let (to_left, left) = channel();
    let (to_right, to_left) = (Arc::new(to_right), Arc::new(to_left));
    let end = |sender: &Arc<_>, other_sender: &Arc<_>, receiver| InProcessTransport {
        sender: Arc::clone(sender),
        other_sender: Arc::downgrade(other_sender),
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
        if received.is_empty() {
            // From the disconnector.
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        self.spare = std::mem::replace(frame, received);
        Ok(())
    }

    /// Ends the wait with an empty buffer, which is not a frame.
    fn disconnector(&self) -> Disconnector {
        let other_sender = Weak::clone(&self.other_sender);
        Disconnector::new(move || {
            if let Some(sender) = other_sender.upgrade() {
                // It fails only if this end was dropped, and then no thread waits.
                let _ = sender.send(Buffer::default());
            }
        })
    }
}
