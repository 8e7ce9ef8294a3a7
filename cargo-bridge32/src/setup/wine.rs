//! The Wine prefix in which Windows programs run. It is bridge32's own, so that the user's prefix stays unchanged.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::command::{clean, query};
use crate::data_folder::data_folder;
use crate::interrupt;
use crate::progress;
use crate::target::Target;

/// A library that Rust's standard library needs, and older versions of Wine lack.
pub(crate) const SHIM: &str = "bcryptprimitives.dll";
const SHIM_SOURCE: &str = include_str!("bcryptprimitives.c");
/// The version of the way in which a prefix is made; a prefix of an older version is made again.
const RECIPE: u32 = 1;
/// The file in a prefix that names the recipe and the Wine that made it.
const STAMP: &str = "bridge32.stamp";

/// Returns the environment variables for programs under Wine.
///
/// # Errors
/// Fails if the user has no home folder.
pub(crate) fn environment() -> Result<Vec<(&'static str, OsString)>> {
    let mut variables = vec![("WINEPREFIX", Prefix::find()?.folder.into_os_string())];
    // The user's own settings take precedence.
    for (name, value) in [("WINEDEBUG", "-all"), ("WINEDLLOVERRIDES", "mscoree,mshtml=;winemenubuilder.exe=d")] {
        if std::env::var_os(name).is_none() {
            variables.push((name, value.into()));
        }
    }
    Ok(variables)
}

/// Starts wineserver so that it keeps running between programs. By default it ends three seconds after the last program, and a
/// program that starts at that moment fails.
///
/// # Errors
/// Fails if it cannot be started.
pub(crate) fn keep_server_running() -> Result<()> {
    // In seconds: longer than a build between two programs takes.
    const PERSISTENCE: &str = "-p600";
    // Its exit status if one is running already. Source: Wine's `server/request.c`.
    const ALREADY_RUNNING: i32 = 2;
    let mut server = clean("wineserver");
    server.arg(PERSISTENCE).envs(environment()?).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match server.status().context("cannot run wineserver")?.code() {
        Some(0 | ALREADY_RUNNING) => Ok(()),
        _ => bail!("wineserver {PERSISTENCE} failed"),
    }
}

/// A Wine prefix.
#[derive(Clone, Debug)]
pub(crate) struct Prefix {
    folder: PathBuf,
}

impl Prefix {
    /// Returns the prefix to use: `$WINEPREFIX`, or bridge32's own.
    ///
    /// # Errors
    /// Fails if the user has no home folder.
    pub(crate) fn find() -> Result<Self> {
        let folder = match std::env::var_os("WINEPREFIX") {
            Some(folder) => folder.into(),
            None => data_folder()?.join("wine"),
        };
        Ok(Self { folder })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether it was made by this version of Wine and of the recipe.
    pub(crate) fn is_ready(&self) -> bool {
        fs::read_to_string(self.folder.join(STAMP)).is_ok_and(|stamp| stamp == self.stamp())
    }

    /// Returns the text that the stamp file should have.
    fn stamp(&self) -> String {
        let version = query(clean("wine").arg("--version").envs(self.variables())).unwrap_or_default();
        format!("recipe {RECIPE}\n{version}")
    }

    /// Makes or updates it.
    ///
    /// # Errors
    /// Fails if Wine or mingw fails, or the folder cannot be written.
    pub(crate) fn make(&self) -> Result<()> {
        let shown = self.folder.display();
        eprintln!("  make the Wine prefix {shown}");
        fs::create_dir_all(&self.folder).with_context(|| format!("cannot make {shown}"))?;
        let mut boot = clean("wine");
        boot.args(["wineboot", "--init"]).envs(self.variables());
        // Without a display, Wine shows no window that says that it makes a prefix.
        boot.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        // Wine's programs leave the terminal's session, so Ctrl+C does not reach them. Nobody else uses this prefix yet.
        let prefix = self.clone();
        let made = interrupt::with_clean_up(
            move || prefix.end_programs(),
            || progress::run("make the Wine prefix", &mut boot)?.check(),
        );
        if let Err(error) = made {
            self.end_programs();
            return Err(error);
        }
        for target in [Target::I686WindowsGnu, Target::X64WindowsGnu] {
            self.add_shim(target)?;
        }
        fs::write(self.folder.join(STAMP), self.stamp()).with_context(|| format!("cannot write to {shown}"))
    }

    /// Ends all programs in it.
    fn end_programs(&self) {
        let mut server = clean("wineserver");
        server.arg("-k").envs(self.variables()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // It fails if no program runs.
        let _ = server.status();
    }

    /// Adds the library that Wine lacks, unless this version has its own.
    fn add_shim(&self, target: Target) -> Result<()> {
        let folder = self.system_folder(target);
        let file = folder.join(SHIM);
        if file.exists() && !is_shim(&file) {
            return Ok(());
        }
        build_shim(target, &folder)
            .with_context(|| format!("cannot write {}; is Wine's 32-bit part installed?", file.display()))?;
        fs::write(mark(&file), "").with_context(|| format!("cannot write to {}", folder.display()))
    }

    /// Returns the folder of the system libraries for this target. As on Windows, `system32` has the 64-bit ones.
    fn system_folder(&self, target: Target) -> PathBuf {
        self.folder.join("drive_c/windows").join(if target.is_32bit() { "syswow64" } else { "system32" })
    }

    fn variables(&self) -> Vec<(&'static str, OsString)> {
        // This only fails without a home folder, and then there is no `Prefix`.
        environment().unwrap_or_default()
    }
}

/// Puts the library that older versions of Wine lack next to servers in `folder`, unless it is there: the Wine that will run them may
/// be another one, with another prefix. On Windows it is not needed, and does the same.
///
/// # Errors
/// Fails if mingw fails, or the folder cannot be written.
pub(crate) fn ship_shim(target: Target, folder: &Path) -> Result<()> {
    let file = folder.join(SHIM);
    if file.exists() {
        return Ok(());
    }
    build_shim(target, folder)?;
    eprintln!("{}: for versions of Wine before 8.13, which lack it", file.display());
    Ok(())
}

/// Builds the library that Wine lacks in a folder.
fn build_shim(target: Target, folder: &Path) -> Result<()> {
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
    fs::copy(&built, folder.join(SHIM)).with_context(|| format!("cannot write to {}", folder.display()))?;
    Ok(())
}

/// The file that marks a library as the shim and not Wine's own.
fn mark(file: &Path) -> PathBuf {
    file.with_extension("bridge32")
}

fn is_shim(file: &Path) -> bool {
    mark(file).exists()
}
