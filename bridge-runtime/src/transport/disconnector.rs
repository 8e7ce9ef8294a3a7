//! Ending a wait on a connection from another thread.

use std::fmt;

/// Disconnects a connection: a thread that waits on it gets an error, and so does every later operation.
///
/// The default one does nothing. It is for connections that end with the process at the other end, which is killed instead.
#[derive(Default)]
pub struct Disconnector(Option<Box<dyn Fn() + Send + Sync>>);

impl Disconnector {
    /// A disconnector that calls `disconnect`, which must not keep the connection open.
    pub fn new(disconnect: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(disconnect)))
    }

    /// Disconnects the connection. Does nothing if the connection is closed already.
    pub fn disconnect(&self) {
        if let Some(disconnect) = &self.0 {
            disconnect();
        }
    }
}

impl fmt::Debug for Disconnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disconnector").finish_non_exhaustive()
    }
}
