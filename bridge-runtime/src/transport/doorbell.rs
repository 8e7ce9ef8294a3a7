//! The doorbell: the byte stream of a connection, used only to wake the other end.

use std::io::{self, Read, Write};

use super::Disconnector;

/// Wakes the other end of a connection, and sleeps until the other end rings.
pub trait Doorbell: Send {
    /// Wakes the other end.
    ///
    /// # Errors
    /// The system's error.
    fn ring(&mut self) -> io::Result<()>;

    /// Sleeps until the other end rings. Each ring ends one wait.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] if the other end is gone, otherwise the system's error.
    fn wait(&mut self) -> io::Result<()>;

    /// Returns what ends a wait from another thread.
    fn disconnector(&self) -> Disconnector {
        Disconnector::default()
    }
}

/// A byte stream as a doorbell: one byte is one ring.
pub(super) struct StreamDoorbell<S> {
    pub(super) stream: S,
    pub(super) disconnector: fn(&S) -> Disconnector,
}

impl<S: Read + Write + Send> Doorbell for StreamDoorbell<S> {
    fn ring(&mut self) -> io::Result<()> {
        self.stream.write_all(&[0])
    }

    fn wait(&mut self) -> io::Result<()> {
        self.stream.read_exact(&mut [0])
    }

    fn disconnector(&self) -> Disconnector {
        (self.disconnector)(&self.stream)
    }
}
