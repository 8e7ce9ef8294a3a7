//! A private directory for sockets and FIFOs.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// A directory in the system's temporary folder that only this user can enter. Dropping it removes it and what it contains.
#[derive(Debug)]
pub(super) struct PrivateDir {
    path: PathBuf,
}

impl PrivateDir {
    /// Creates a directory with a random name.
    ///
    /// # Errors
    /// Fails if the directory cannot be created, or exists already.
    pub(super) fn new() -> io::Result<Self> {
        Self::new_in(&std::env::temp_dir())
    }

    fn new_in(parent: &Path) -> io::Result<Self> {
        // The other process may have a different current directory.
        let parent = std::path::absolute(parent)?;
        // Half the length of a secret: a socket's path has room for about a hundred bytes.
        let name = getrandom::u64().map_err(io::Error::other)?;
        let path = parent.join(format!("bridge32-{name:016x}"));
        let created = DirBuilder::new().mode(0o700).create(&path);
        created.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        Ok(Self { path })
    }

    /// Returns the absolute path of the directory.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PrivateDir {
    fn drop(&mut self) {
        // There is nobody to report it to.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn is_private_and_removed_on_drop() {
        let dir = PrivateDir::new().unwrap();
        let path = dir.path().to_owned();
        assert!(path.is_absolute());
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o700);
        fs::write(path.join("file"), "").unwrap();
        drop(dir);
        assert!(!path.exists());
    }

    #[test]
    fn an_error_names_the_directory() {
        let missing = tempfile::tempdir().unwrap().path().join("missing");
        let error = PrivateDir::new_in(&missing).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().starts_with(&format!("{}/bridge32-", missing.display())), "{error}");
    }
}
