//! What the tests of the command have in common.

#![allow(dead_code, reason = "each file of tests uses a part of it")]

pub(crate) mod drop_in;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Once;

/// Returns the command, in an environment without settings for servers.
pub(crate) fn bridge32() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-bridge32"));
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "BRIDGE32_RUNNER", "BRIDGE32_TRANSPORT"] {
        command.env_remove(variable);
    }
    command
}

/// Runs a command; returns whether it succeeded, its standard output and its standard error.
pub(crate) fn run(command: &mut Command) -> (bool, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (status.success(), text(&stdout), text(&stderr))
}

/// Runs a program in Wine; returns its standard output.
pub(crate) fn run_in_wine(program: &Path) -> String {
    // Not through a pipe: programs that Wine starts by itself would keep it open.
    let output = tempfile::NamedTempFile::new().expect("a file");
    let mut command = Command::new("wine");
    command.arg(program).env("WINEDEBUG", "-all").stdin(Stdio::null()).stdout(output.reopen().expect("a file"));
    if std::env::var_os("WINEPREFIX").is_none() {
        let home = std::env::var("HOME").expect("a home folder");
        command.env("WINEPREFIX", format!("{home}/.local/share/bridge32/wine"));
    }
    let status = command.status().expect("it starts");
    let text = String::from_utf8_lossy(&std::fs::read(output.path()).expect("a file")).replace("\r\n", "\n");
    assert!(status.success(), "{status}: {text}");
    text
}

/// Whether a program is installed. Makes `cargo bridge32 test` list the test if it is not.
pub(crate) fn has(program: &str, test: &str) -> bool {
    let is_there = Command::new(program).arg("--version").output().is_ok();
    if !is_there {
        report_skipped(test, &format!("{program} is not installed"));
    }
    is_there
}

/// Makes `cargo bridge32 test` list a test that is not run here.
pub(crate) fn report_skipped(test: &str, reason: &str) {
    let Some(file) = std::env::var_os("BRIDGE32_SKIPPED") else { return };
    let mut file = OpenOptions::new().append(true).open(file).expect("the list");
    file.write_all(format!("{test}\t{reason}\n").as_bytes()).expect("the list");
}

/// Compiles a shared library from C in a folder.
pub(crate) fn compile(compiler: &str, folder: &Path, source: &str, library: &str, arguments: &[&str]) {
    let file = folder.join(format!("{library}.c"));
    std::fs::write(&file, source).expect("a file");
    compile_file(compiler, &file, &folder.join(library), folder, arguments);
}

/// Compiles a shared library from a C file; arguments are relative to `folder`.
pub(crate) fn compile_file(compiler: &str, source: &Path, library: &Path, folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(compiler);
    command.current_dir(folder).arg("-shared").arg("-o").arg(library).arg(source).args(arguments);
    let (compiled, _, errors) = run(&mut command);
    assert!(compiled, "{command:?}: {errors}");
}

/// Returns the repository's folder.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

/// Writes the files of a package, in which `BRIDGE32` stands for the repository's folder.
pub(crate) fn write_package(folder: &Path, files: &[(&str, &str)]) {
    for (file, text) in files {
        let file = folder.join(file);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text.replace("BRIDGE32", &repository().display().to_string())).expect("a file");
    }
    // The versions that this repository is built with, which are here.
    std::fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a file");
}

/// Prepares a command that builds such packages: in a target folder that stays, because the dependencies are always the same, and with the
/// debug information of this build, whose dependencies cargo then uses in its own target folder.
pub(crate) fn in_package<'c>(command: &'c mut Command, folder: &Path) -> &'c mut Command {
    fetch_crates();
    command.current_dir(folder).env("CARGO_TARGET_DIR", target_folder()).env("CARGO_NET_OFFLINE", "true");
    command.env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
}

/// Downloads the crates that are not here, once: this build had no use for those of other targets, and the packages are built offline.
fn fetch_crates() {
    static FETCHED: Once = Once::new();
    FETCHED.call_once(|| {
        let mut fetch = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let (fetched, _, errors) = run(fetch.args(["fetch", "--locked"]).current_dir(repository()));
        assert!(fetched, "{errors}");
    });
}

/// The target folder of this build.
pub(crate) fn this_target_folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder")
}

/// Returns the target folder of the packages.
pub(crate) fn target_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages")
}
