//! Which cargo builds for which target: the user's own, or the one that setup made from the distribution's packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::command::clean;
use crate::target::Target;

/// The name under which rustup knows the toolchain that setup makes: `cargo +bridge32 build --target …`.
pub(crate) const LINKED_NAME: &str = "bridge32";

/// A Rust toolchain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The one that is active in the current folder.
    Active,
    /// The one that setup makes where rustup cannot add targets.
    Own,
}

/// The toolchains of this machine.
#[derive(Debug)]
pub(crate) struct Toolchains {
    /// What the active toolchain builds for by itself, as rustc names it.
    pub(crate) host: String,
    /// Where the active toolchain keeps its targets.
    pub(crate) sysroot: PathBuf,
    /// Where setup keeps its own toolchain.
    pub(crate) own: PathBuf,
}

impl Toolchains {
    /// Looks at this machine.
    ///
    /// # Errors
    /// Where rustc does not run, or the user has no home folder.
    pub(crate) fn find() -> Result<Self> {
        let told = query(clean("rustc").args(["--print", "host-tuple", "--print", "sysroot"]))
            .context("rustc does not tell its host; install Rust 1.88 or newer")?;
        let mut lines = told.lines();
        let (Some(host), Some(sysroot)) = (lines.next(), lines.next()) else {
            bail!("rustc does not tell its host; install Rust 1.88 or newer");
        };
        Ok(Self { host: host.to_owned(), sysroot: sysroot.into(), own: data_folder()?.join("toolchain") })
    }

    /// The toolchain that can build for this target, if one can.
    pub(crate) fn with_target(&self, target: Target) -> Option<Toolchain> {
        if has_std(&self.sysroot, target) {
            Some(Toolchain::Active)
        } else if has_std(&self.own, target) && stamp(&self.own, target) == system_rustc() {
            Some(Toolchain::Own)
        } else {
            None
        }
    }

    /// Cargo for this target.
    ///
    /// # Errors
    /// Where no toolchain can build for it.
    pub(crate) fn cargo(&self, target: Target) -> Result<Command> {
        match self.with_target(target) {
            Some(Toolchain::Active) => Ok(clean("cargo")),
            Some(Toolchain::Own) => {
                // Called directly: it works without rustup, too.
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

/// The user's folder for what bridge32 keeps: its Wine prefix and its own toolchain.
///
/// # Errors
/// Where the user has no home folder.
pub(crate) fn data_folder() -> Result<PathBuf> {
    use etcetera::BaseStrategy as _;
    let folders = etcetera::choose_base_strategy().context("no home folder is known; set HOME")?;
    Ok(folders.data_dir().join("bridge32"))
}

/// Where a toolchain keeps the standard library for a target.
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

/// The file that says which compiler built the standard library for a target.
pub(crate) fn stamp_file(own: &Path, target: Target) -> PathBuf {
    own.join(format!("{target}.stamp"))
}

fn stamp(own: &Path, target: Target) -> Option<String> {
    fs::read_to_string(stamp_file(own, target)).ok()
}

/// The distribution's rustc, as it describes itself. Libraries built by one compiler version are of no use to another.
pub(crate) fn system_rustc() -> Option<String> {
    query(clean("/usr/bin/rustc").arg("-vV")).ok()
}

/// What a short command says on stdout.
///
/// # Errors
/// Where it cannot be started or fails.
pub(crate) fn query(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim();
        bail!("{}", said.strip_prefix("error: ").unwrap_or(said));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn std_is_recognised_by_its_library() {
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
