//! The error of a method that fails in its own way.

use std::fmt::{self, Debug, Formatter};

use super::Error;

/// The error of a method that returns `Result<T, E>`.
///
/// The two variants are all there are: either the method returned its error, or the call failed as any other may.
#[derive(thiserror::Error)]
pub enum CallError<E> {
    /// The error that the method returned.
    #[error("{0}")]
    Method(E),
    /// The call failed.
    #[error(transparent)]
    Bridge(#[from] Error),
}

/// A method's own error as its type prints it; any other as [`Error`] does.
impl<E: Debug> Debug for CallError<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method(error) => error.fmt(f),
            Self::Bridge(error) => error.fmt(f),
        }
    }
}
