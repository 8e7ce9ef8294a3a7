//! Errors that the operating system reports.

use std::io;

use serde::{Deserialize, Serialize};

/// An error that the operating system or the C library reported, in a form that crosses the bridge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct SystemError {
    /// The system's error code, such as `ENOENT`'s 2, if there is one.
    pub code: Option<i32>,
    /// The system's text for it.
    pub message: String,
}

impl SystemError {
    pub(crate) fn new(code: Option<i32>, message: String) -> Self {
        Self { code, message }
    }
}

impl From<io::Error> for SystemError {
    fn from(error: io::Error) -> Self {
        Self::new(error.raw_os_error(), error.to_string())
    }
}
