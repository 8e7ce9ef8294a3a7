//! Starts a server, which checks its library.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::progress;
use crate::setup::wine;
use crate::target::Target;

/// What follows the path of the library in the output of `--check`.
const LOADED: &str = ": loaded into a ";

/// Starts a server as on another machine: without this one's environment, and in another folder than its own. Returns what it loaded.
///
/// # Errors
/// Fails if the server does not start, or its library is missing or lacks a function.
pub(super) fn check(server: &Path, target: Target, host: Target) -> Result<String> {
    let elsewhere = tempfile::tempdir().context("cannot make a temporary folder")?;
    let name = server.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut command = command(server, target, host)?;
    let outcome = progress::run(&format!("try {name}"), command.current_dir(elsewhere.path()))?;
    let report = outcome.output();
    if !outcome.success() {
        let words = report.trim().lines().filter(|line| !line.starts_with("  found: "));
        let words: String = words.map(|line| format!("\n    {line}")).collect();
        bail!(
            "{name} fails in the folder that was to be shipped; name each library that it needs with --library, in a file named as \
             the trait says:{words}"
        );
    }
    let found = report.lines().filter(|line| line.trim_start().starts_with("found: ")).count();
    Ok(match loaded(report) {
        Some(library) if is_next_to(server, library) => format!("finds {found} functions in {}", file_name(library)),
        Some(library) => {
            format!("finds {found} functions in {library}, which is the system's: install it on the other machine, too")
        }
        None => "needs no library".to_owned(),
    })
}

/// Returns the library that a server loads, if it is next to the server, where the build script of its package has put it.
///
/// # Errors
/// Fails if the server cannot be started.
pub(super) fn library_next_to(server: &Path, target: Target, host: Target) -> Result<Option<PathBuf>> {
    let name = server.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let outcome = progress::run(&format!("ask {name} for its library"), &mut command(server, target, host)?)?;
    let library = loaded(outcome.output()).filter(|library| is_next_to(server, library));
    Ok(library.map(|library| server.with_file_name(file_name(library))))
}

fn command(server: &Path, target: Target, host: Target) -> Result<Command> {
    let under_wine = target.is_windows() && !host.is_windows();
    let mut command = Command::new(if under_wine { Path::new("wine") } else { server });
    command.env_clear();
    // What every user has.
    for variable in
        ["PATH", "HOME", "USER", "LANG", "TMPDIR", "XDG_RUNTIME_DIR", "SystemRoot", "SystemDrive", "TEMP", "TMP"]
    {
        command.envs(env::var_os(variable).map(|value| (variable, value)));
    }
    if under_wine {
        wine::keep_server_running()?;
        command.arg(server).envs(wine::environment()?);
        // Left to itself, Wine opens windows for programs that crash.
        command.env("DISPLAY", "");
    }
    command.arg("--check");
    Ok(command)
}

/// Returns the path of the library that a server has loaded.
fn loaded(report: &str) -> Option<&str> {
    report.lines().find_map(|line| line.split_once(LOADED)).map(|(path, _)| path)
}

/// Returns the name in a path, which has another separator if the server is for Windows.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Whether a library that a server has loaded is in the server's folder. Without a folder, the system has found it.
fn is_next_to(server: &Path, library: &str) -> bool {
    let name = file_name(library);
    let file = server.with_file_name(name);
    let same_folder = |path: &Path| {
        let folder = |path: &Path| fs::canonicalize(path).ok()?.parent().map(Path::to_owned);
        folder(path) == folder(server)
    };
    // Wine's `Z:` is the root folder.
    let path = library.strip_prefix("Z:").or_else(|| library.strip_prefix("z:")).unwrap_or(library).replace('\\', "/");
    let path = if cfg!(windows) { library.to_owned() } else { path };
    name != library && file.is_file() && same_folder(Path::new(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_the_one_next_to_the_server() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (server, library) = (folder.path().join("x-server32"), folder.path().join("libx.so"));
        for file in [&server, &library] {
            fs::write(file, "").expect("a file");
        }
        let report = format!("{}: loaded into a 32-bit (x86) process\n  found: add\n", library.display());
        assert_eq!(loaded(&report), library.to_str());
        assert!(is_next_to(&server, library.to_str().expect("text")));
        assert!(!is_next_to(&server, "libx.so"));
        assert!(!is_next_to(&server, "/usr/lib/libx.so"));
        let under_wine = format!("Z:{}", library.display()).replace('/', "\\");
        assert!(cfg!(windows) || is_next_to(&server, &under_wine));
        assert_eq!(loaded("the interface Echo has no native library\n"), None);
    }
}
