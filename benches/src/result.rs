//! The result type of this program.

/// Every error ends the run.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
