//! `setup`: makes 32-bit builds possible on this machine.
//!
//! It finds out what is missing, lists it, and installs it: Rust targets with rustup, packages with the package manager, and if
//! rustup cannot add a target, a toolchain made from the distribution's packages. If nothing is missing, it changes nothing. In the
//! end it builds and runs a program.

mod apt;
mod check;
mod components;
mod install;
mod missing;
mod needs;
mod rust;
pub(crate) mod system;
pub(crate) mod wine;

use anyhow::{Result, bail};

use crate::cli;
use crate::target::Target;
use crate::toolchain::Toolchains;
use check::Checked;
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
    for target in needs.targets() {
        match check::run_a_program(target, host, &toolchains)? {
            Checked::Ran => eprintln!("{target}: a program was built and run"),
            Checked::Linked => eprintln!("{target}: a program was built; to run it here, add --wine"),
        }
    }
    let targets: Vec<_> = needs.targets().filter(|target| *target != host).map(Target::triple).collect();
    eprintln!("bridge32 is set up for {}", targets.join(", "));
    Ok(())
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
