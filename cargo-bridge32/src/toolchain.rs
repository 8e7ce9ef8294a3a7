//! Finds the toolchain that builds for a target: the active one, or the one that setup made from the distribution's packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{clean, query};
use crate::data_folder::data_folder;
use crate::target::Target;

/// The name of the toolchain that setup makes, for rustup: `cargo +bridge32 build --target …`.
pub(crate) const LINKED_NAME: &str = "bridge32";

/// A Rust toolchain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The one that is active in the current folder.
    Active,
    /// The one that setup makes if rustup cannot add targets.
    Own,
}

/// The toolchains of this machine.
#[derive(Debug)]
pub(crate) struct Toolchains {
    /// The triple of the active toolchain's host.
    host_triple: String,
    /// The root folder of the active toolchain.
    sysroot: PathBuf,
    /// The root folder of the toolchain that setup makes.
    pub(crate) own: PathBuf,
}

impl Toolchains {
    /// Asks rustc for the active toolchain.
    ///
    /// # Errors
    /// Fails if rustc does not run, or the user has no home folder.
    pub(crate) fn find() -> Result<Self> {
        let output = query(clean("rustc").args(["--print", "host-tuple", "--print", "sysroot"]))
            .context("rustc does not print its host; install Rust 1.88 or newer")?;
        let mut lines = output.lines();
        let (Some(host), Some(sysroot)) = (lines.next(), lines.next()) else {
            bail!("rustc does not print its host; install Rust 1.88 or newer");
        };
        Ok(Self { host_triple: host.to_owned(), sysroot: sysroot.into(), own: data_folder()?.join("toolchain") })
    }

    /// Returns the target of this machine's own programs.
    ///
    /// # Errors
    /// Fails if the machine cannot run 32-bit x86 programs.
    pub(crate) fn host(&self) -> Result<Target> {
        let known = self.host_triple.parse::<Target>().ok().filter(|target| !target.is_32bit());
        known.with_context(|| {
            format!(
                "this machine's Rust is for {}, which has no 32-bit servers; use a toolchain for x86_64 Linux, or for x86_64 or ARM64 Windows",
                self.host_triple
            )
        })
    }

    /// Returns the folder with the documentation of the active toolchain, which not every installation has.
    pub(crate) fn documentation(&self) -> PathBuf {
        self.sysroot.join("share/doc/rust")
    }

    /// Returns the toolchain that can build for this target, if one can.
    pub(crate) fn with_target(&self, target: Target) -> Option<Toolchain> {
        if has_std(&self.sysroot, target) {
            Some(Toolchain::Active)
        } else if has_std(&self.own, target) && stamp(&self.own, target) == system_rustc() {
            Some(Toolchain::Own)
        } else {
            None
        }
    }

    /// Returns a command that runs cargo for this target.
    ///
    /// # Errors
    /// Fails if no toolchain can build for it.
    pub(crate) fn cargo(&self, target: Target) -> Result<Command> {
        match self.with_target(target) {
            Some(Toolchain::Active) => Ok(clean("cargo")),
            Some(Toolchain::Own) => {
                // Called by its path, so that it works without rustup, too.
                let bin = self.own.join("bin");
                let mut command = clean(bin.join("cargo"));
                let path = std::env::var_os("PATH").unwrap_or_default();
                let folders = std::iter::once(bin).chain(std::env::split_paths(&path));
                command.env("PATH", std::env::join_paths(folders).context("the PATH is not valid")?);
                command.env_remove("RUSTUP_TOOLCHAIN");
                Ok(command)
            }
            None => bail!("no Rust toolchain here builds for {target}; run `cargo bridge32 setup --target {target}`"),
        }
    }
}

/// The folder of a toolchain's standard library for a target.
pub(crate) fn std_folder(sysroot: &Path, target: Target) -> PathBuf {
    sysroot.join("lib/rustlib").join(target.triple()).join("lib")
}

/// Whether a toolchain has the standard library for a target.
fn has_std(sysroot: &Path, target: Target) -> bool {
    let Ok(entries) = fs::read_dir(std_folder(sysroot, target)) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

/// The file that names the compiler that built the standard library for a target.
pub(crate) fn stamp_file(own: &Path, target: Target) -> PathBuf {
    own.join(format!("{target}.stamp"))
}

fn stamp(own: &Path, target: Target) -> Option<String> {
    fs::read_to_string(stamp_file(own, target)).ok()
}

/// Returns the version of the distribution's rustc. A library that another version has built is unusable.
pub(crate) fn system_rustc() -> Option<String> {
    query(clean("/usr/bin/rustc").arg("-vV")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn std_is_recognized_by_its_library() {
        let sysroot = tempfile::tempdir().expect("a temporary folder");
        assert!(!has_std(sysroot.path(), Target::I686Linux));
        let folder = std_folder(sysroot.path(), Target::I686Linux);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("libcore-1.rlib"), "").expect("a file");
        assert!(!has_std(sysroot.path(), Target::I686Linux));
        fs::write(folder.join("libstd-1.rlib"), "").expect("a file");
        assert!(has_std(sysroot.path(), Target::I686Linux));
        assert!(!has_std(sysroot.path(), Target::I686WindowsGnu));
    }
}
