//! `setup`: makes 32-bit builds possible on this machine.
//!
//! It finds out what is missing, lists it, and installs it: Rust targets with rustup, packages with the package manager, and if
//! rustup cannot add a target, a toolchain made from the distribution's packages. If nothing is missing, it changes nothing.

mod apt;
mod components;
mod install;
mod missing;
mod needs;
mod rust;
pub(crate) mod system;
pub(crate) mod wine;

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::cli;
use crate::progress;
use crate::target::Target;
use crate::toolchain::Toolchains;
use components::Component;
use missing::Missing;
pub(crate) use needs::Needs;
use system::System;

/// Runs the subcommand.
///
/// # Errors
/// Fails if something that is needed cannot be installed; the error says what to do.
pub(crate) fn main(options: &cli::Setup) -> Result<()> {
    let toolchains = Toolchains::find()?;
    let host = toolchains.host()?;
    let needs = if options.targets.is_empty() {
        Needs::all(host)
    } else {
        let needs = Needs::to_build(options.targets.iter().copied());
        if options.wine { needs.with_wine(host) } else { needs }
    };
    let needs = needs.with_languages(options.languages.iter().copied());
    ensure(&needs, host, &toolchains)?;
    needs.targets().try_for_each(|target| check_linker(target, &toolchains))?;
    let targets: Vec<_> = needs.targets().filter(|target| *target != host).map(Target::triple).collect();
    let wine = if needs.wine() { ", and Wine runs Windows programs" } else { "" };
    eprintln!("bridge32 is set up for {}{wine}", targets.join(", "));
    Ok(())
}

/// Links an empty program for a target: a linker may be there and lack a library, or be another one than cargo's configuration says.
///
/// # Errors
/// Fails if the program cannot be linked; the error has the linker's words.
fn check_linker(target: Target, toolchains: &Toolchains) -> Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let manifest = folder.path().join("Cargo.toml");
    let package = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n";
    fs::create_dir(folder.path().join("src"))
        .and_then(|()| fs::write(&manifest, package))
        .and_then(|()| fs::write(folder.path().join("src/main.rs"), "fn main() {}\n"))
        .context("cannot write to a temporary folder")?;
    // In the current folder, where cargo finds the user's configuration.
    let mut command = toolchains.cargo(target)?;
    command.args(["build", "--quiet", "--offline", "--target", target.triple()]);
    command.arg("--manifest-path").arg(&manifest).arg("--target-dir").arg(folder.path().join("target"));
    let outcome = progress::run(&format!("link a program for {target}"), &mut command)?.check();
    outcome.map(drop).with_context(|| format!("programs for {target} cannot be linked on this machine"))
}

/// Installs what is missing. Prints nothing if nothing is.
///
/// # Errors
/// Fails if something that is needed cannot be installed; the error says what to do.
pub(crate) fn ensure(needs: &Needs, host: Target, toolchains: &Toolchains) -> Result<()> {
    if let Some(target) = needs.targets().find(|target| !target.can_be_built_on(host)) {
        bail!("{target} cannot be built on {host}; build it on its own system, or use a `-pc-windows-gnu` target");
    }
    let missing = Missing::find(needs, host, toolchains)?;
    if missing.is_empty() {
        return Ok(());
    }

    eprint!("{missing}");
    let targets = rust::add_with_rustup(&missing.targets, toolchains)?;
    let mut components = missing.components;
    if !targets.is_empty() && !rust::sources_are_installed() {
        components.push(Component::RustSource);
    }
    if !components.is_empty() {
        install::install(&System::find(), &components)?;
        check_components(needs, host)?;
    }
    if !targets.is_empty() {
        rust::make_toolchain(&targets, toolchains)?;
    }
    if let Some(prefix) = missing.prefix {
        prefix.make()?;
    }
    Ok(())
}

/// Whether nothing is missing.
///
/// # Errors
/// Fails if the user has no home folder.
pub(crate) fn is_done(needs: &Needs, host: Target, toolchains: &Toolchains) -> Result<bool> {
    Ok(Missing::find(needs, host, toolchains)?.is_empty())
}

/// Describes what is missing.
///
/// # Errors
/// Fails if the user has no home folder.
pub(crate) fn missing(needs: &Needs, host: Target, toolchains: &Toolchains) -> Result<Vec<String>> {
    Ok(Missing::find(needs, host, toolchains)?.descriptions())
}

/// Fails if a component is still missing after its installation.
fn check_components(needs: &Needs, host: Target) -> Result<()> {
    let missing: Vec<_> = missing::components(needs, host).iter().map(Component::describe).collect();
    if missing.is_empty() {
        return Ok(());
    }
    bail!("installed, but still not found: {}; is another compiler or Wine first in the PATH?", missing.join(", "))
}
