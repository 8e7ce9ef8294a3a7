//! Assertions that several tests make.

use std::fmt::Debug;

use bridge32::Error;

/// Asserts that an argument was refused, at this path and for this reason.
///
/// # Panics
/// If it was not.
#[track_caller]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]
pub fn assert_refused<T: Debug>(result: Result<T, Error>, path: &str, reason: &str) {
    let error = result.unwrap_err();
    let Error::Argument { parameter, .. } = &error else { panic!("{error}") };
    assert_eq!(parameter, path);
    assert!(error.to_string().contains(reason), "{error}");
}
