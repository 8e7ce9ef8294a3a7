//! Why the server could not carry out a call.

use std::any::Any;
use std::io::{self, Write as _};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::marshal::{DecodeError, EncodeError};
use crate::sys::SystemError;

/// Why a call could not be carried out, as the server reports it. The client makes it an [`Error`] that names the method.
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
    /// An argument cannot be passed to the library.
    #[error("the argument `{parameter}` {reason}")]
    Argument {
        /// The parameter's name.
        parameter: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A handle was given out by another server, or by this client's server before a restart.
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
    /// The function failed by the method's `#[check]`.
    #[error("the library reports {value}")]
    Status {
        /// What the function returned.
        value: i64,
        /// The error of the system or the C library, if the method asks for it.
        os_error: Option<SystemError>,
    },
    /// A closure failed, or could not be run.
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
        /// Where it was thrown, followed by its causes.
        stack_trace: String,
    },
    /// What the library returned is not a value of the declared type.
    #[error("the library returned {0}")]
    Value(String),
    /// The message does not fit the interface.
    #[error("{0}")]
    Message(String),
    /// The result does not fit into a message.
    #[error("the result cannot be sent: {0}")]
    Result(String),
    /// The client has dropped the registration of the closure.
    #[error("is no longer registered")]
    Unregistered,
}

/// The reason in [`Fault::Callback`] when a closure is called while it runs: an `FnMut` cannot be entered twice.
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
    /// Writes the fault to standard error, which the client shows when the server ends: there is no call that could report
    /// it.
    pub(crate) fn complain(&self) {
        // `eprintln!` panics when the other end is closed.
        let _ = writeln!(io::stderr(), "outside of any call: {self}");
    }
}

impl Error {
    /// The error of a call of `method` that the server answered with a fault.
    #[cold]
    pub(crate) fn from_fault(method: &str, fault: Fault) -> Self {
        let method = method.to_owned();
        match fault {
            Fault::Panic { message, location } => Self::Panic { method, message, location },
            Fault::Argument { parameter, reason } => Self::Argument { method, parameter, reason, was_called: None },
            Fault::StaleHandle { parameter } => Self::StaleHandle { method, parameter, was_called: None },
            Fault::SymbolMissing { symbol } => Self::SymbolMissing { method, symbol, was_called: None },
            Fault::Status { value, os_error } => Self::Status { method, value, os_error },
            Fault::Exception { class, message, stack_trace } => Self::Exception { method, class, message, stack_trace },
            Fault::Callback { callback, reason } => Self::Callback { method, callback, reason },
            fault @ (Fault::Value(_) | Fault::Message(_) | Fault::Result(_) | Fault::Unregistered) => {
                Self::Fault { method, reason: fault.to_string() }
            }
        }
    }
}

impl From<DecodeError> for Fault {
    fn from(error: DecodeError) -> Self {
        Self::Message(error.to_string())
    }
}

/// Boxed on hot paths, where a rare fault must not make every result large.
impl From<DecodeError> for Box<Fault> {
    fn from(error: DecodeError) -> Self {
        Self::new(error.into())
    }
}

impl From<EncodeError> for Fault {
    fn from(error: EncodeError) -> Self {
        Self::Result(error.to_string())
    }
}
