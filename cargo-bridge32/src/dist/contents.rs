//! The files that are shipped.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The files that are shipped, each with its path in the folder.
#[derive(Debug, Default)]
pub(super) struct Contents {
    files: Vec<Shipped>,
}

/// What a shipped file is made of.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    File(PathBuf),
    Text(String),
}

impl Source {
    /// Says where it is from.
    fn origin(&self) -> String {
        match self {
            Self::File(file) => file.display().to_string(),
            Self::Text(_) => "what this command writes".to_owned(),
        }
    }

    fn size(&self) -> u64 {
        match self {
            Self::File(file) => file.metadata().map_or(0, |file| file.len()),
            Self::Text(text) => text.len() as u64,
        }
    }
}

#[derive(Debug)]
struct Shipped {
    source: Source,
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
        self.add_source(Source::File(source), name, role)
    }

    /// Adds a file with this text.
    ///
    /// # Errors
    /// Fails if another file has its name.
    pub(super) fn add_text(&mut self, text: String, name: &str, role: &'static str) -> Result<()> {
        self.add_source(Source::Text(text), Path::new(name), role)
    }

    fn add_source(&mut self, source: Source, name: &Path, role: &'static str) -> Result<()> {
        // The same on every system, because Windows does not distinguish the case of names.
        let same_name =
            |other: &&Shipped| other.name.to_string_lossy().to_lowercase() == name.to_string_lossy().to_lowercase();
        match self.files.iter().find(same_name) {
            Some(other) if other.source == source => Ok(()),
            Some(other) => bail!(
                "{} and {} have the same name, and would overwrite each other; rename one",
                other.source.origin(),
                source.origin()
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
            let written = fs::create_dir_all(to.parent().unwrap_or(folder)).and_then(|()| match source {
                Source::File(file) => fs::copy(file, &to).map(drop),
                Source::Text(text) => fs::write(&to, text),
            });
            written.with_context(|| format!("cannot copy {} to {}", source.origin(), to.display()))?;
        }
        Ok(())
    }

    /// Prints the list of files.
    pub(super) fn list(&self) {
        let width = self.files.iter().map(|file| file.name.to_string_lossy().chars().count()).max().unwrap_or_default();
        for Shipped { source, name, role } in &self.files {
            let kib = source.size().div_ceil(1024);
            eprintln!("  {:width$}  {kib:>6} KiB  {role}", name.to_string_lossy());
        }
    }
}
