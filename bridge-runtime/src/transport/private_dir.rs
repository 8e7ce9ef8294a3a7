//! Temporary folders for sockets and FIFOs.

use std::io;
use std::os::unix::fs::PermissionsExt as _;

/// Creates a folder with a random name that only this user can enter. `tempfile` by itself leaves the mode to the umask.
pub(super) fn private_dir() -> io::Result<tempfile::TempDir> {
    let mode = std::fs::Permissions::from_mode(0o700);
    tempfile::Builder::new().prefix("bridge32-").permissions(mode).tempdir()
}
