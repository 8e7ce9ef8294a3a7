//! The error of a method that fails in its own way.

use std::fmt::{self, Debug, Display, Formatter};

use super::{Error, method_error};

/// The error of a method that returns `Result<T, E>`.
///
/// The two variants are all there are: either the method returned its error, or the call failed as any other may.
///
/// It displays as the error that it contains, and has the same [source](std::error::Error::source). So it is an
/// [`Error`](std::error::Error) also for types that are not, such as `String`, which have no source.
pub enum CallError<E> {
    /// The error that the method returned.
    Method(E),
    /// The call failed.
    Bridge(Error),
}

/// A method's own error as its type prints it; any other as [`Error`] does.
impl<E: Debug> Debug for CallError<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method(error) => Debug::fmt(error, f),
            Self::Bridge(error) => Debug::fmt(error, f),
        }
    }
}

impl<E: Display> Display for CallError<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method(error) => Display::fmt(error, f),
            Self::Bridge(error) => Display::fmt(error, f),
        }
    }
}

impl<E: Debug + Display + 'static> std::error::Error for CallError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Method(error) => method_error::source(error),
            Self::Bridge(error) => error.source(),
        }
    }
}

impl<E> From<Error> for CallError<E> {
    fn from(error: Error) -> Self {
        Self::Bridge(error)
    }
}
