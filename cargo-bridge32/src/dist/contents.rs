//! The files that are shipped.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The files that are shipped, each with its path in the folder.
#[derive(Debug, Default)]
pub(super) struct Contents {
    files: Vec<Shipped>,
}

#[derive(Debug)]
struct Shipped {
    source: PathBuf,
    name: PathBuf,
    /// What it is, for the user.
    role: &'static str,
}

impl Contents {
    /// Adds a file under its own name.
    ///
    /// # Errors
    /// Fails if it does not exist, or another file has its name.
    pub(super) fn add(&mut self, source: &Path, role: &'static str) -> Result<()> {
        let name = source.file_name().with_context(|| format!("{} is not a file", source.display()))?;
        self.add_as(source, Path::new(name), role)
    }

    /// Adds a file under a name, which may contain a folder.
    ///
    /// # Errors
    /// Fails if it does not exist, or another file has this name.
    pub(super) fn add_as(&mut self, source: &Path, name: &Path, role: &'static str) -> Result<()> {
        let source = source.canonicalize().with_context(|| format!("cannot find {}", source.display()))?;
        // The same on every system, because Windows does not distinguish the case of names.
        let same_name =
            |other: &&Shipped| other.name.to_string_lossy().to_lowercase() == name.to_string_lossy().to_lowercase();
        match self.files.iter().find(same_name) {
            Some(other) if other.source == source => Ok(()),
            Some(other) => bail!(
                "{} and {} have the same name, and would overwrite each other; rename one",
                other.source.display(),
                source.display()
            ),
            None => {
                self.files.push(Shipped { source, name: name.to_owned(), role });
                Ok(())
            }
        }
    }

    /// Copies everything to a folder, which it makes.
    ///
    /// # Errors
    /// Fails if a file cannot be read or written.
    pub(super) fn copy_to(&self, folder: &Path) -> Result<()> {
        for Shipped { source, name, .. } in &self.files {
            let to = folder.join(name);
            let copied = fs::create_dir_all(to.parent().unwrap_or(folder)).and_then(|()| fs::copy(source, &to));
            copied.with_context(|| format!("cannot copy {} to {}", source.display(), to.display()))?;
        }
        Ok(())
    }

    /// Prints the list of files.
    pub(super) fn list(&self) {
        let width = self.files.iter().map(|file| file.name.to_string_lossy().chars().count()).max().unwrap_or_default();
        for Shipped { source, name, role } in &self.files {
            let kib = source.metadata().map_or(0, |file| file.len().div_ceil(1024));
            eprintln!("  {:width$}  {kib:>6} KiB  {role}", name.to_string_lossy());
        }
    }
}
