//! Why a connection is closed.

use std::io;
use std::time::Duration;

/// The name of a batch in errors that are about it as a whole.
pub(super) const BATCH: &str = "batch";

/// Why a connection is closed. Every later call on it fails with the corresponding error.
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
    /// The server sent an invalid message.
    Protocol(String),
    /// A call exceeded its time limit.
    Timeout { method: &'static str, after: Duration },
    /// Another session has taken over the server.
    Dismantled,
}

impl CloseReason {
    /// The method that was being called, if the connection broke in a call.
    pub(super) fn method(&self) -> Option<&'static str> {
        match self {
            Self::Broken { method, .. } => *method,
            _ => None,
        }
    }
}
