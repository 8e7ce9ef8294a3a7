//! A private directory for sockets and FIFOs.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

/// A directory that only this user can enter. Dropping it removes it and what it contains.
#[derive(Debug)]
pub(super) struct PrivateDir {
    path: PathBuf,
    /// Locked as long as the directory is in use; see [`sweep`].
    _lock: File,
}

/// How the names of these directories begin.
const PREFIX: &str = "bridge32-";

/// The number of hexadecimal digits that follow. Half the length of a secret: a socket's path has room for about a hundred bytes.
const DIGITS: usize = 16;

impl PrivateDir {
    /// Creates a directory with a random name, in `parent` or else in the first [folder for temporary files](temporary_folders)
    /// where that is possible.
    ///
    /// # Errors
    /// Fails if the directory cannot be created anywhere; the error names each folder that was tried.
    pub(super) fn new(parent: Option<&Path>) -> io::Result<Self> {
        if let Some(parent) = parent {
            return Self::new_in(parent);
        }
        first_possible(temporary_folders(), Self::new_in).map_err(|error| {
            io::Error::new(error.kind(), format!("{error}; name another folder with `.runtime_dir(…)`"))
        })
    }

    fn new_in(parent: &Path) -> io::Result<Self> {
        // The other process may have a different current directory.
        let parent = std::path::absolute(parent)?;
        let name = getrandom::u64().map_err(io::Error::other)?;
        let path = parent.join(format!("{PREFIX}{name:0DIGITS$x}"));
        let with_path = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        DirBuilder::new().mode(0o700).create(&path).map_err(with_path)?;
        let lock = File::open(&path).and_then(|dir| Ok(flock(&dir, FlockOperation::LockExclusive).map(|()| dir)?));
        let _lock = lock.map_err(with_path).inspect_err(|_| drop(fs::remove_dir(&path)))?;
        sweep(&parent, ABANDONED_AGE);
        Ok(Self { path, _lock })
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

/// The variable that names the folder for a user's sockets and FIFOs.
pub(super) const RUNTIME_VARIABLE: &str = "XDG_RUNTIME_DIR";

/// Returns the folders for temporary files, each with where it comes from, in the order in which they are tried. Variables that a
/// program has inherited from another user, for example by `su`, may name folders that this user cannot write to. A program with more
/// rights than the user who started it uses none.
pub(super) fn temporary_folders() -> Vec<(&'static str, PathBuf)> {
    const VARIABLES: [&str; 2] = ["TMPDIR", RUNTIME_VARIABLE];
    let variables = if crate::sys::is_privileged() { &[][..] } else { &VARIABLES };
    let named = variables.iter().filter_map(|name| Some((*name, PathBuf::from(std::env::var_os(name)?))));
    let mut folders: Vec<_> = named.filter(|(_, folder)| folder.is_absolute()).collect();
    folders.push(("", PathBuf::from("/tmp")));
    folders
}

/// Calls `make` with one folder after the other, until it succeeds.
///
/// # Errors
/// What failed in each of the folders; of the kind of the first error.
pub(super) fn first_possible<T>(
    folders: Vec<(&'static str, PathBuf)>,
    make: impl Fn(&Path) -> io::Result<T>,
) -> io::Result<T> {
    let mut failures: Vec<(io::ErrorKind, String)> = Vec::new();
    for (variable, folder) in folders {
        match make(&folder) {
            Ok(made) => return Ok(made),
            Err(error) if variable.is_empty() => failures.push((error.kind(), error.to_string())),
            Err(error) => failures.push((error.kind(), format!("{error} (${variable})"))),
        }
    }
    let kind = failures.first().map_or(io::ErrorKind::NotFound, |(kind, _)| *kind);
    let texts: Vec<_> = failures.into_iter().map(|(_, text)| text).collect();
    Err(io::Error::new(kind, texts.join("; ")))
}

/// How old a directory must be to be removed. Its owner locks it right after it has created it.
const ABANDONED_AGE: Duration = Duration::from_secs(60);

/// Removes this user's directories that nobody uses any more, because their processes were killed.
fn sweep(parent: &Path, age: Duration) {
    let user = rustix::process::geteuid().as_raw();
    // What cannot be read or removed stays, until the next time: this is not what the caller has asked for.
    for entry in parent.read_dir().into_iter().flatten().flatten() {
        let is_old =
            |found: &fs::Metadata| found.modified().is_ok_and(|time| time.elapsed().is_ok_and(|now| now >= age));
        let is_abandoned = has_our_name(&entry.file_name())
            // Not of what a link points to.
            && entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == user && is_old(&found))
            && File::open(entry.path()).is_ok_and(|dir| flock(&dir, FlockOperation::NonBlockingLockExclusive).is_ok());
        if is_abandoned {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn has_our_name(name: &OsStr) -> bool {
    let digits = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_private_and_removed_on_drop() {
        let dir = PrivateDir::new(None).unwrap();
        let path = dir.path().to_owned();
        assert!(path.is_absolute());
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o700);
        fs::write(path.join("file"), "").unwrap();
        drop(dir);
        assert!(!path.exists());
    }

    #[test]
    fn an_error_names_each_folder_and_its_variable() {
        let missing = tempfile::tempdir().unwrap().path().join("missing");
        let folders = vec![("TMPDIR", missing.join("a")), ("", missing.join("b"))];
        let error = first_possible(folders, PrivateDir::new_in).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        let text = error.to_string();
        assert!(text.starts_with(&format!("{}/a/bridge32-", missing.display())), "{text}");
        assert!(text.contains("($TMPDIR); ") && text.contains("/b/bridge32-"), "{text}");
    }

    #[test]
    fn the_next_folder_is_used_if_the_first_is_missing() {
        let parent = tempfile::tempdir().unwrap();
        let folders = vec![("TMPDIR", parent.path().join("missing")), ("XDG_RUNTIME_DIR", parent.path().to_owned())];
        let dir = first_possible(folders, PrivateDir::new_in).unwrap();
        assert!(dir.path().starts_with(parent.path()));
    }

    #[test]
    fn abandoned_directories_are_removed_and_others_stay() {
        let parent = tempfile::tempdir().unwrap();
        let used = PrivateDir::new_in(parent.path()).unwrap();
        let abandoned = parent.path().join("bridge32-0123456789abcdef");
        let others = ["bridge32-0", "bridge32-listens", "bridge32-0123456789abcdeg", "other-0123456789abcdef"];
        for name in others {
            fs::create_dir(parent.path().join(name)).unwrap();
        }
        std::os::unix::fs::symlink(parent.path(), parent.path().join("bridge32-fedcba9876543210")).unwrap();
        fs::create_dir(&abandoned).unwrap();
        fs::write(abandoned.join("requests"), "").unwrap();
        sweep(parent.path(), ABANDONED_AGE);
        assert!(abandoned.exists(), "it may just have been created");
        sweep(parent.path(), Duration::ZERO);
        assert!(!abandoned.exists());
        assert!(used.path().exists());
        assert!(others.iter().all(|name| parent.path().join(name).exists()));
        assert!(parent.path().join("bridge32-fedcba9876543210").is_symlink());
    }
}
