//! The errors that the server reports to the client.

use std::any::Any;
use std::io::{self, Write as _};

use serde::{Deserialize, Serialize};

use crate::error::{Error, said, status};
use crate::marshal::{DecodeError, EncodeError};
use crate::sys::SystemError;

/// An error of a call, as the server reports it. The client converts it into an [`Error`] that names the method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The implementation panicked.
    #[error("it panicked at {location}: {message}")]
    Panic {
        /// The panic's message.
        message: String,
        /// The file, line and column of the panic.
        location: String,
    },
    /// An argument cannot be passed to the library.
    #[error("the argument `{parameter}` {reason}")]
    Argument {
        /// The parameter's name.
        parameter: String,
        /// The reason, as a predicate whose subject is the argument.
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
        /// Exported names that look alike.
        similar: Vec<String>,
    },
    /// The function has another calling convention than declared.
    #[error("`{function}`, which is declared as {declared}, {finding}")]
    CallingConvention {
        /// The exported name of the function.
        function: String,
        /// The declared convention.
        declared: String,
        /// How many bytes it took off the stack.
        popped: u32,
        /// What it did and what the declaration should be, as a predicate whose subject is the function.
        finding: String,
    },
    /// The method's `#[check]` found the result to be a failure.
    #[error("the library reports {}{}", status(*value), said(text.as_deref()))]
    Status {
        /// The value that the function returned.
        value: i64,
        /// The system's last error or `errno`, if the method is marked to read it.
        os_error: Option<SystemError>,
        /// What the library says about it, if the `#[check]` has a `text`.
        text: Option<String>,
    },
    /// A closure failed, or could not be run.
    #[error("the callback `{callback}` {reason}")]
    Callback {
        /// The parameter's name.
        callback: String,
        /// The reason, as a predicate whose subject is the callback.
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
    /// The library returned something that is not a value of the declared type.
    #[error("the library returned {0}")]
    Value(String),
    /// A message is invalid, or a request cannot be carried out.
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

/// Returns the message of a panic.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (None, Some(text)) => text.clone(),
        (None, None) => "a panic without a message".to_owned(),
    }
}

impl Fault {
    /// Writes the fault to standard error, for faults outside any call that could report them. The client captures that output.
    pub(crate) fn log(&self) {
        // Not `eprintln!`, which panics if standard error is closed.
        let _ = writeln!(io::stderr(), "outside of any call: {self}");
    }
}

impl Error {
    /// Converts the fault that the server replied with to a call of `method`.
    #[cold]
    pub(crate) fn from_fault(method: &str, fault: Fault) -> Self {
        let method = method.to_owned();
        match fault {
            Fault::Panic { message, location } => Self::Panic { method, message, location },
            Fault::Argument { parameter, reason } => Self::Argument { method, parameter, reason, was_called: None },
            Fault::StaleHandle { parameter } => Self::StaleHandle { method, parameter, was_called: None },
            Fault::SymbolMissing { symbol, similar } => {
                Self::SymbolMissing { method, symbol, similar, was_called: None }
            }
            Fault::CallingConvention { function, declared, popped, finding } => {
                Self::CallingConvention { method, function, declared, popped, finding }
            }
            Fault::Status { value, os_error, text } => Self::Status { method, value, os_error, text },
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

/// Boxed on hot paths, where results must stay small and faults are rare.
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
