//! Copies files.

use std::path::Path;
use std::{fs, io};

/// Copies a file to a path whose folder may not exist yet. A file is not copied onto itself, which would empty it.
///
/// # Errors
/// Fails if the file cannot be read, or the other cannot be written.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if is_same(from, to) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).map(drop)
}

/// Whether two paths are of the same file.
pub(crate) fn is_same(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        // One of them does not exist.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stays_if_it_is_copied_onto_itself() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (file, other) = (folder.path().join("a"), folder.path().join("new/b"));
        fs::write(&file, "content").expect("a file");
        for to in [&file, &other, &other] {
            copy(&file, to).expect("it can be copied");
            assert_eq!(fs::read(to).expect("a file"), b"content");
        }
    }
}
