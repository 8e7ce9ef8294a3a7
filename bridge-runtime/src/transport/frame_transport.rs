//! The interface of all transports.

use std::io;

use super::{Disconnector, Doorbell};
use crate::marshal::{BorrowedSlices, Buffer};

/// Bytes of a frame that [`FrameTransport::receive_first`] waits for at most. Nearly every message is shorter.
pub(super) const FIRST_READ: usize = 64 << 10;

/// Carries whole frames between the two ends of a connection.
///
/// The ends take turns: each frame is answered by one from the other end, so nothing follows a frame before it was received.
/// After an error a transport is of no further use.
pub trait FrameTransport: Send {
    /// Sends a frame, and the `borrowed` slices that it refers to.
    ///
    /// A transport may leave an empty buffer, or one with other content, in place of the frame.
    ///
    /// # Errors
    /// The system's error.
    fn send(&mut self, frame: &mut Buffer, borrowed: &BorrowedSlices<'_>) -> io::Result<()>;

    /// Whether [`FrameTransport::send`] takes frames that refer to borrowed slices. Otherwise all content is in the frame.
    fn is_vectored(&self) -> bool {
        false
    }

    /// Receives a frame into `frame`, whose content is replaced.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] if the other end is gone; [`io::ErrorKind::InvalidData`] if what arrived is not one
    /// frame; otherwise the system's error.
    fn receive(&mut self, frame: &mut Buffer) -> io::Result<()>;

    /// Receives a frame, or only the beginning of a long one; returns the number of bytes still to be received.
    ///
    /// # Errors
    /// As [`FrameTransport::receive`].
    fn receive_first(&mut self, frame: &mut Buffer) -> io::Result<usize> {
        self.receive(frame).map(|()| 0)
    }

    /// Receives the next bytes of a frame that [`FrameTransport::receive_first`] began; `is_last` if they complete it.
    ///
    /// # Errors
    /// As [`FrameTransport::receive`].
    fn receive_rest(&mut self, into: &mut [u8], is_last: bool) -> io::Result<()> {
        let _ = is_last;
        if into.is_empty() { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Gives up the transport for its byte stream, which then wakes the two ends of a shared-memory transport. A
    /// [`Disconnector`] of this transport stays valid: it disconnects the stream.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] if the transport has no byte stream between two processes.
    fn into_doorbell(self: Box<Self>) -> io::Result<Box<dyn Doorbell>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns what ends a wait in this transport from another thread.
    fn disconnector(&self) -> Disconnector {
        Disconnector::default()
    }
}
