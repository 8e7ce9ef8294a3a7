//! The Wine prefix that Windows programs run in: bridge32's own, so that the user's stays as it is.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::command::clean;
use crate::progress;
use crate::target::Target;
use crate::toolchain::{data_folder, query};

/// The library that Rust's programs need and older Wines lack.
const SHIM: &str = "bcryptprimitives.dll";
const SHIM_SOURCE: &str = include_str!("bcryptprimitives.c");
/// Counts the changes to what a prefix is made of: an older prefix is made anew.
const RECIPE: u32 = 1;
/// The file in a prefix that says what made it.
const STAMP: &str = "bridge32.stamp";

/// The variables for everything that runs under Wine.
///
/// # Errors
/// Where the user has no home folder.
pub(crate) fn environment() -> Result<Vec<(&'static str, OsString)>> {
    let mut variables = vec![("WINEPREFIX", Prefix::find()?.folder.into_os_string())];
    // The user's own choice comes first.
    for (name, value) in [("WINEDEBUG", "-all"), ("WINEDLLOVERRIDES", "mscoree,mshtml=;winemenubuilder.exe=d")] {
        if std::env::var_os(name).is_none() {
            variables.push((name, value.into()));
        }
    }
    Ok(variables)
}

/// Has Wine's own server stay between programs. By itself it ends three seconds after the last one, and a program that is
/// started at that very moment does not run.
///
/// # Errors
/// Where it cannot be started.
pub(crate) fn keep_server() -> Result<()> {
    // In seconds: longer than anything takes that is built between two programs.
    const STAYS: &str = "-p600";
    // What it says when there is one already. Source: Wine's `server/request.c`.
    const THERE_IS_ONE: i32 = 2;
    let mut server = clean("wineserver");
    server.arg(STAYS).envs(environment()?).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match server.status().context("cannot run wineserver")?.code() {
        Some(0 | THERE_IS_ONE) => Ok(()),
        _ => bail!("wineserver {STAYS} failed"),
    }
}

/// A Wine prefix.
#[derive(Debug)]
pub(crate) struct Prefix {
    folder: PathBuf,
}

impl Prefix {
    /// The prefix to use: the user's where he names one.
    ///
    /// # Errors
    /// Where the user has no home folder.
    pub(crate) fn find() -> Result<Self> {
        let folder = match std::env::var_os("WINEPREFIX") {
            Some(folder) => folder.into(),
            None => data_folder()?.join("wine"),
        };
        Ok(Self { folder })
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether it is made, by this Wine.
    pub(crate) fn is_ready(&self) -> bool {
        fs::read_to_string(self.folder.join(STAMP)).is_ok_and(|stamp| stamp == self.stamp())
    }

    /// What made it.
    fn stamp(&self) -> String {
        let version = query(clean("wine").arg("--version").envs(self.variables())).unwrap_or_default();
        format!("recipe {RECIPE}\n{version}")
    }

    /// Makes it, or completes it.
    ///
    /// # Errors
    /// Where Wine or mingw fails, or the folder cannot be written.
    pub(crate) fn make(&self) -> Result<()> {
        let shown = self.folder.display();
        eprintln!("  make the Wine prefix {shown}");
        fs::create_dir_all(&self.folder).with_context(|| format!("cannot make {shown}"))?;
        let mut boot = clean("wine");
        boot.args(["wineboot", "--init"]).envs(self.variables());
        // No window shall tell that a prefix is made.
        boot.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        progress::run("make the Wine prefix", &mut boot)?.check()?;
        for target in [Target::I686WindowsGnu, Target::X64WindowsGnu] {
            self.add_shim(target)?;
        }
        fs::write(self.folder.join(STAMP), self.stamp()).with_context(|| format!("cannot write to {shown}"))
    }

    /// Adds the library that Wine lacks, unless it has it.
    fn add_shim(&self, target: Target) -> Result<()> {
        let folder = self.system_folder(target);
        let file = folder.join(SHIM);
        if file.exists() && !was_made_here(&file) {
            return Ok(());
        }
        let work = tempfile::tempdir().context("cannot make a temporary folder")?;
        let source = work.path().join("bcryptprimitives.c");
        fs::write(&source, SHIM_SOURCE).context("cannot write to a temporary folder")?;
        let built = work.path().join(SHIM);
        let mut compile = clean(format!("{}-gcc", target.mingw_prefix()));
        compile
            .args(["-shared", "-O2", "-s", "-static-libgcc", "-Wl,--kill-at", "-o"])
            .arg(&built)
            .arg(&source)
            .arg("-ladvapi32");
        progress::run(&format!("build {SHIM} for {target}"), &mut compile)?.check()?;
        fs::copy(&built, &file)
            .with_context(|| format!("cannot write {}; is Wine's 32-bit part installed?", file.display()))?;
        fs::write(mark(&file), "").with_context(|| format!("cannot write to {}", folder.display()))
    }

    /// Where Wine keeps the system's libraries for programs of this target: as Windows does, 64-bit ones in `system32`.
    fn system_folder(&self, target: Target) -> PathBuf {
        self.folder.join("drive_c/windows").join(if target.is_32bit() { "syswow64" } else { "system32" })
    }

    fn variables(&self) -> Vec<(&'static str, OsString)> {
        // The same for everything, and no prefix without a home folder has been found.
        environment().unwrap_or_default()
    }
}

/// The file that says that a library is ours, and not Wine's.
fn mark(file: &Path) -> PathBuf {
    file.with_extension("bridge32")
}

fn was_made_here(file: &Path) -> bool {
    mark(file).exists()
}
