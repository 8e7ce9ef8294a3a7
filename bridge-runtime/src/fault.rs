//! What keeps a call from being carried out in the server.

use std::any::Any;
use std::io::{self, Write as _};

use serde::{Deserialize, Serialize};

use crate::error::SystemError;

/// What the server reports when a call could not be carried out. The client turns it into an
/// [`Error`](crate::Error) that names the method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The server's code panicked.
    #[error("it panicked at {location}: {message}")]
    Panic {
        /// The panic's message.
        message: String,
        /// File, line and column.
        location: String,
    },
    /// An argument cannot be handed to the library.
    #[error("the argument `{parameter}` {reason}")]
    Argument {
        /// The parameter's name.
        parameter: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A handle is another server's, or an earlier generation's.
    #[error("the handle `{parameter}` was given out by another server")]
    StaleHandle {
        /// The parameter's name.
        parameter: String,
    },
    /// The library does not export the symbol.
    #[error("the library does not export `{symbol}`")]
    SymbolMissing {
        /// The exported name.
        symbol: String,
    },
    /// The method's `#[check]` says that the function failed.
    #[error("the library reports {value}")]
    Status {
        /// What the function returned.
        value: i64,
        /// What the system, or the C library, said, where it was asked.
        os_error: Option<SystemError>,
    },
    /// A closure could not be run, or failed.
    #[error("the callback `{callback}` {reason}")]
    Callback {
        /// The parameter's name.
        callback: String,
        /// What happened.
        reason: String,
    },
    /// Managed code threw an exception.
    #[error("it threw {class}: {message}")]
    Exception {
        /// The exception's class.
        class: String,
        /// Its message.
        message: String,
        /// Where it was thrown, and what had caused it.
        stack_trace: String,
    },
    /// What the library returned is no value of the declared type.
    #[error("the library returned {0}")]
    Value(String),
    /// The message does not fit the interface.
    #[error("{0}")]
    Message(String),
    /// The result does not fit into a message.
    #[error("the result cannot be sent: {0}")]
    Result(String),
    /// The client has dropped the registration of a closure.
    #[error("is no longer registered")]
    Unregistered,
}

/// What a closure is said to be that is called from inside of itself: its `FnMut` cannot be.
pub(crate) const ALREADY_RUNNING: &str = "was called while it was running already";

/// The message of a panic.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (None, Some(text)) => text.clone(),
        (None, None) => "a panic without a message".to_owned(),
    }
}

impl Fault {
    /// Leaves it in this process's output, which the client shows with the server's end: there is no call that could
    /// report it.
    pub(crate) fn complain(&self) {
        // Not `eprintln`, which panics when nobody reads.
        let _ = writeln!(io::stderr(), "outside of any call: {self}");
    }
}

impl From<crate::marshal::DecodeError> for Fault {
    fn from(error: crate::marshal::DecodeError) -> Self {
        Self::Message(error.to_string())
    }
}

/// Where a fault is seldom, and is not to make a result large.
impl From<crate::marshal::DecodeError> for Box<Fault> {
    fn from(error: crate::marshal::DecodeError) -> Self {
        Self::new(error.into())
    }
}

impl From<crate::native::LengthError> for Fault {
    fn from(error: crate::native::LengthError) -> Self {
        Self::Argument { parameter: error.parameter.to_owned(), reason: error.reason }
    }
}

impl From<crate::marshal::EncodeError> for Fault {
    fn from(error: crate::marshal::EncodeError) -> Self {
        Self::Result(error.to_string())
    }
}
