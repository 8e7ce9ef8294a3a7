//! Adds Rust's standard library for more targets: with rustup, or by building the distribution's source.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command::{Cmd, clean, query};
use crate::progress;
use crate::target::Target;
use crate::toolchain::{LINKED_NAME, Toolchains, stamp_file, std_folder, system_rustc};

// The paths of the distribution's compiler, cargo and standard library source.
const SYSTEM_RUSTC: &str = "/usr/bin/rustc";
const SYSTEM_CARGO: &str = "/usr/bin/cargo";
const SYSTEM_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library";
/// The oldest minor version of Rust that compiles bridge32.
const OLDEST: u32 = 88;

/// Adds targets to the active toolchain, and returns those that rustup could not add.
///
/// # Errors
/// Fails if rustup cannot be started.
pub(crate) fn add_with_rustup(targets: &[Target], toolchains: &Toolchains) -> Result<Vec<Target>> {
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    if which::which("rustup").is_err() {
        eprintln!("  rustup is not installed; using the distribution's Rust instead");
        return Ok(targets.to_vec());
    }
    let command = Cmd::new(["rustup", "target", "add"]).with(targets.iter().map(|target| target.triple()));
    eprintln!("  add Rust targets: {command}");
    let outcome = progress::run("add Rust targets", &mut command.to_std(false))?;
    let remaining: Vec<_> =
        targets.iter().copied().filter(|target| toolchains.with_target(*target).is_none()).collect();
    if !remaining.is_empty() {
        eprintln!("  rustup could not add them ({}); using the distribution's Rust instead", outcome.last_line());
    }
    Ok(remaining)
}

/// Whether the distribution's compiler, cargo and standard library source are installed.
pub(crate) fn sources_are_installed() -> bool {
    [SYSTEM_RUSTC, SYSTEM_CARGO, SYSTEM_LIBRARY].iter().all(|path| Path::new(path).exists())
}

/// Makes or extends a toolchain in the user's data folder: the distribution's compiler, with the standard library for these
/// targets built from source.
///
/// # Errors
/// Fails if the standard library does not build, or the toolchain cannot be written.
pub(crate) fn make_toolchain(targets: &[Target], toolchains: &Toolchains) -> Result<()> {
    let version = system_rustc().with_context(|| format!("{SYSTEM_RUSTC} does not run; reinstall its package"))?;
    check_version(&version)?;
    let folder = &toolchains.own;
    let names: Vec<_> = targets.iter().map(|target| target.triple()).collect();
    eprintln!("  build Rust's standard library for {} (about a minute for each)", names.join(", "));
    let work = tempfile::tempdir().context("cannot make a temporary folder")?;
    build_std(work.path(), targets)?;

    write_tools(folder, &version).with_context(|| format!("cannot write the toolchain to {}", folder.display()))?;
    for target in targets {
        install_std(work.path(), folder, *target)
            .with_context(|| format!("cannot write the toolchain to {}", folder.display()))?;
        if target.is_windows_gnu() {
            build_startup_objects(folder, *target)?;
        }
        // Written last, because it marks the target as complete.
        let stamp = stamp_file(folder, *target);
        fs::write(&stamp, &version).with_context(|| format!("cannot write {}", stamp.display()))?;
    }
    link(folder);
    Ok(())
}

/// Fails if the compiler is too old for bridge32.
fn check_version(version: &str) -> Result<()> {
    let minor = version.strip_prefix("rustc 1.").and_then(|rest| rest.split('.').next()?.parse::<u32>().ok());
    if minor.is_some_and(|minor| minor >= OLDEST) {
        return Ok(());
    }
    let version = version.lines().next().unwrap_or("an unknown version");
    bail!(
        "the distribution's Rust is too old ({version}; 1.{OLDEST} is needed); enable its security updates, or let rustup add the targets"
    )
}

/// Builds the standard library for all targets at once, as the dependency of an empty crate in this folder.
fn build_std(work: &Path, targets: &[Target]) -> Result<()> {
    let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[lib]\npath = \"lib.rs\"\n\n[workspace]\n";
    // The distribution's source includes the dependencies of the standard library, so nothing is downloaded.
    let sources = format!(
        "[source.crates-io]\nreplace-with = \"vendored\"\n\n[source.vendored]\ndirectory = \"{SYSTEM_LIBRARY}/vendor\"\n"
    );
    fs::create_dir(work.join(".cargo"))
        .and_then(|()| fs::write(work.join(".cargo/config.toml"), sources))
        .and_then(|()| fs::write(work.join("Cargo.toml"), manifest))
        .and_then(|()| fs::write(work.join("lib.rs"), "#![no_std]\n"))
        .context("cannot write to a temporary folder")?;
    let mut command = system_rust(SYSTEM_CARGO);
    command.current_dir(work).args(["build", "--release", "--offline", "-Zbuild-std=std,panic_unwind,proc_macro,test"]);
    command.arg("--target-dir").arg(work.join("target"));
    for target in targets {
        command.args(["--target", target.triple()]);
    }
    progress::run("build Rust's standard library", &mut command)?.check()?;
    Ok(())
}

/// Returns a command that runs one of the distribution's tools without the user's toolchain and flags. `RUSTC_BOOTSTRAP` lets a
/// stable compiler build the standard library.
fn system_rust(tool: &str) -> std::process::Command {
    let mut command = clean(tool);
    command.env("RUSTC", SYSTEM_RUSTC).env("RUSTC_BOOTSTRAP", "1");
    for variable in [
        "RUSTUP_TOOLCHAIN",
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_TARGET_DIR",
        "RUSTC_WRAPPER",
    ] {
        command.env_remove(variable);
    }
    command
}

/// Copies a target's libraries to the toolchain, and removes older ones.
fn install_std(work: &Path, folder: &Path, target: Target) -> std::io::Result<()> {
    let into = std_folder(folder, target);
    if into.exists() {
        fs::remove_dir_all(&into)?;
    }
    fs::create_dir_all(&into)?;
    for entry in fs::read_dir(work.join("target").join(target.triple()).join("release/deps"))? {
        let path = entry?.path();
        let Some(name) = path.file_name() else { continue };
        let is_library = path.extension().is_some_and(|extension| extension == "rlib");
        if is_library && !name.to_string_lossy().starts_with("libempty-") {
            fs::copy(&path, into.join(name))?;
        }
    }
    Ok(())
}

/// Builds the startup objects that rustc links first and last into each mingw program.
fn build_startup_objects(folder: &Path, target: Target) -> Result<()> {
    for name in ["rsbegin", "rsend"] {
        let mut command = system_rust(SYSTEM_RUSTC);
        command.args(["--crate-type", "lib", "--emit=obj", "--target", target.triple(), "-o"]);
        command.arg(std_folder(folder, target).join(format!("{name}.o")));
        command.arg(PathBuf::from(SYSTEM_LIBRARY).join(format!("rtstartup/{name}.rs")));
        progress::run(&format!("build {name}.o for {target}"), &mut command)?.check()?;
    }
    Ok(())
}

/// Writes the toolchain's programs: scripts that run the distribution's with this toolchain's targets.
#[cfg(unix)]
fn write_tools(folder: &Path, version: &str) -> std::io::Result<()> {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let bin = folder.join("bin");
    fs::create_dir_all(&bin)?;
    let rustlib = folder.join("lib/rustlib");
    fs::create_dir_all(&rustlib)?;
    let here = shell_quoted(folder);
    let tools = [
        ("rustc", format!("exec {SYSTEM_RUSTC} --sysroot {here} \"$@\"")),
        ("rustdoc", format!("exec /usr/bin/rustdoc --sysroot {here} \"$@\"")),
        (
            "cargo",
            format!(
                "RUSTC=${{RUSTC:-{here}/bin/rustc}} RUSTDOC=${{RUSTDOC:-{here}/bin/rustdoc}} exec {SYSTEM_CARGO} \"$@\""
            ),
        ),
    ];
    for (name, line) in tools {
        let file = bin.join(name);
        // The comment changes the file when the compiler changes. Cargo caches what it knows about a compiler until its file
        // changes.
        let comment: String = version.lines().map(|line| format!("# {line}\n")).collect();
        fs::write(&file, format!("#!/bin/sh\n{comment}{line}\n"))?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    }
    let host = rustlib.join(Target::X64Linux.triple());
    if !host.exists() {
        symlink(Path::new("/usr/lib/rustlib").join(Target::X64Linux.triple()), host)?;
    }
    Ok(())
}

/// Always fails: other systems have no distribution with a compiler.
#[cfg(not(unix))]
fn write_tools(_folder: &Path, _version: &str) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// Quotes a path for a shell script.
#[cfg(unix)]
fn shell_quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

/// Links the toolchain in rustup, for the user; this command does not need the link.
fn link(folder: &Path) {
    if which::which("rustup").is_err() {
        return;
    }
    let linked = query(clean("rustup").args(["toolchain", "link", LINKED_NAME]).arg(folder));
    match linked {
        Ok(_) => eprintln!("  rustup knows this toolchain as `cargo +{LINKED_NAME}`"),
        Err(error) => {
            eprintln!("  rustup did not link the toolchain ({error}); `cargo bridge32` works without the link")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_compiler_is_refused_with_a_remedy() {
        assert!(check_version("rustc 1.96.0 (hash date) (built from a source tarball)\nhost: x\n").is_ok());
        assert!(check_version("rustc 1.88.0\n").is_ok());
        let error = check_version("rustc 1.63.0\n").expect_err("it is too old").to_string();
        assert!(error.contains("rustc 1.63.0") && error.contains("security updates"), "{error}");
    }

    #[test]
    fn libraries_are_installed_without_the_empty_crate() {
        let work = tempfile::tempdir().expect("a temporary folder");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let deps = work.path().join("target/i686-unknown-linux-gnu/release/deps");
        fs::create_dir_all(&deps).expect("a folder");
        for name in ["libstd-1.rlib", "libstd-1.rmeta", "libempty-1.rlib"] {
            fs::write(deps.join(name), "").expect("a file");
        }
        let into = std_folder(folder.path(), Target::I686Linux);
        fs::create_dir_all(&into).expect("a folder");
        fs::write(into.join("libstd-0.rlib"), "").expect("a file");
        install_std(work.path(), folder.path(), Target::I686Linux).expect("it is written");
        let names: Vec<_> = fs::read_dir(into).expect("it exists").flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(names, ["libstd-1.rlib"]);
    }
}
