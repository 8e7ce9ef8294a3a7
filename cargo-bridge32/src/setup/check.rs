//! Whether what is set up works: a program is built and run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::command::clean;
use crate::progress;
use crate::setup::wine;
use crate::target::Target;
use crate::toolchain::Toolchains;

/// It prints how wide it is. Its hash map asks the system for random numbers, as every server does: Wine needs a library for that.
const PROGRAM: &str = "fn main() {
    let map = std::collections::HashMap::from([(0, usize::BITS)]);
    println!(\"{}\", map[&0]);
}
";
const MANIFEST: &str = "[package]\nname = \"check\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n";

/// How far a program got.
pub(super) enum Checked {
    Ran,
    /// This machine has no Wine to run it.
    Linked,
}

/// Builds and runs a program for a target: a linker may be there and lack a library, or be another one than cargo's configuration
/// says, and the system may not run what it links.
///
/// # Errors
/// Fails if the program cannot be linked or run; the error has the output of the linker or the program.
pub(super) fn run_a_program(target: Target, host: Target, toolchains: &Toolchains) -> Result<Checked> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let program = link(target, toolchains, folder.path())
        .with_context(|| format!("programs for {target} cannot be linked on this machine"))?;
    let under_wine = target.is_windows() && !host.is_windows();
    if under_wine && !wine::Prefix::find()?.is_ready() {
        return Ok(Checked::Linked);
    }
    let mut command = clean(if under_wine { Path::new("wine") } else { &program });
    if under_wine {
        command.arg(&program).envs(wine::environment()?);
    }
    let expected = if target.is_32bit() { "32" } else { "64" };
    let ran = progress::run(&format!("run a program for {target}"), &mut command)
        .and_then(progress::Outcome::check)
        .and_then(|outcome| match outcome.last_line() {
            line if line == expected => Ok(Checked::Ran),
            other => bail!("it printed `{other}` instead of `{expected}`"),
        });
    ran.with_context(|| {
        format!("a program for {target} was linked, but does not run on this machine{}", hint(target, host))
    })
}

/// Links a program in a folder, and returns its path.
fn link(target: Target, toolchains: &Toolchains, folder: &Path) -> Result<PathBuf> {
    let manifest = folder.join("Cargo.toml");
    fs::create_dir(folder.join("src"))
        .and_then(|()| fs::write(&manifest, MANIFEST))
        .and_then(|()| fs::write(folder.join("src/main.rs"), PROGRAM))
        .context("cannot write to a temporary folder")?;
    let built = folder.join("target");
    // In the current folder, where cargo finds the user's configuration.
    let mut command = toolchains.cargo(target)?;
    command.args(["build", "--quiet", "--offline", "--target", target.triple()]);
    command.arg("--manifest-path").arg(&manifest).arg("--target-dir").arg(&built);
    progress::run(&format!("link a program for {target}"), &mut command)?.check()?;
    Ok(built.join(target.triple()).join("debug").join(format!("check{}", target.exe_suffix())))
}

/// What may be the reason why a program does not run.
fn hint(target: Target, host: Target) -> &'static str {
    match (target.is_windows(), host.is_windows()) {
        (false, _) if target.is_32bit() => "; does its kernel run 32-bit programs (CONFIG_IA32_EMULATION)?",
        (true, false) => {
            "; is Wine's prefix damaged? `cargo bridge32 doctor` says where it is, and setup makes it again if you delete it"
        }
        _ => "",
    }
}
