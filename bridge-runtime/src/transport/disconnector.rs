//! Ending a wait on a connection from another thread.

use std::fmt;

/// Breaks a connection: whoever waits on it gets an error. By default it does nothing, which is for connections whose other end is
/// a process that is ended instead.
#[derive(Default)]
pub struct Disconnector(Option<Box<dyn Fn() + Send + Sync>>);

impl Disconnector {
    /// A breaker that does this; `disconnect` must not keep the connection open.
    pub fn new(disconnect: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(disconnect)))
    }

    /// Breaks the connection, unless it is gone already.
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
