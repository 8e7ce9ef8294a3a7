//! Why a connection is closed.

use std::io;
use std::time::Duration;

/// Why a connection is closed; every later call on it says so.
#[derive(Debug, Clone)]
pub(super) enum CloseReason {
    /// The client was shut down.
    Shutdown,
    /// Sending or receiving failed.
    Broken {
        kind: io::ErrorKind,
        /// The method that was being called.
        method: Option<&'static str>,
    },
    /// What the server sent cannot be understood.
    Protocol(String),
    /// A call took longer than it may.
    Timeout { method: &'static str, after: Duration },
    /// Another session has the server now.
    Dismantled,
}
