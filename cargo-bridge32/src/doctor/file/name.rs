//! Names in files.

/// Converts a name in a file, which may be anything.
pub(super) fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
