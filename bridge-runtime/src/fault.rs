//! What keeps a call from being carried out in the server.

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
    /// What the library returned is no value of the declared type.
    #[error("the library returned {0}")]
    Value(String),
    /// The message does not fit the interface.
    #[error("{0}")]
    Message(String),
    /// The result does not fit into a message.
    #[error("the result cannot be sent: {0}")]
    Result(String),
}

impl From<crate::marshal::DecodeError> for Fault {
    fn from(error: crate::marshal::DecodeError) -> Self {
        Self::Message(error.to_string())
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
