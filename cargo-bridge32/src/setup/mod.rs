//! `setup`: makes 32-bit builds possible on this machine.
//!
//! Look what is missing, say so, get it: the Rust targets from rustup, packages from the distribution, and where rustup
//! cannot help a toolchain made from the distribution's packages. Where everything is there, this is a look and no more.

mod apt;
mod components;
mod rust;
mod system;
mod wine;

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::cli;
use crate::target::{Sides, Target};
use crate::toolchain::Toolchains;
use components::Component;
use system::System;
pub(crate) use wine::environment as wine_environment;

/// What has to be there for what the user wants to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    targets: BTreeSet<Target>,
    wine: bool,
}

impl Needs {
    /// To build for these targets.
    pub(crate) fn to_build(targets: impl IntoIterator<Item = Target>) -> Self {
        Self { targets: targets.into_iter().collect(), wine: false }
    }

    /// To build and run both sides on this host.
    pub(crate) fn to_run(host: Target, sides: Sides) -> Self {
        let wine = !host.is_windows() && (sides.client.is_windows() || sides.server.is_windows());
        Self { targets: BTreeSet::from([sides.client, sides.server]), wine }
    }

    /// Everything that this host can build and run.
    fn all(host: Target) -> Self {
        let pairs = crate::target::Pair::on(host).iter();
        pairs.map(|pair| Self::to_run(host, Sides { client: pair.client(host), server: pair.server(host) })).fold(
            Self::default(),
            |mut all, needs| {
                all.targets.extend(needs.targets);
                all.wine |= needs.wine;
                all
            },
        )
    }

    /// The tools that building and running need on this host, beside Rust.
    fn components(&self, host: Target) -> Vec<Component> {
        let mut components = BTreeSet::new();
        for target in &self.targets {
            match target {
                Target::I686Linux => _ = components.insert(Component::LinuxC),
                Target::I686WindowsGnu => _ = components.insert(Component::Mingw32),
                Target::X64WindowsGnu if !host.is_windows() => _ = components.insert(Component::Mingw64),
                // The host's own, and those that Visual Studio's tools link.
                Target::X64Linux | Target::X64WindowsGnu | Target::I686WindowsMsvc | Target::X64WindowsMsvc => {}
            }
        }
        if self.wine {
            // Wine's shim is built for both.
            components.extend([Component::Wine, Component::Mingw32, Component::Mingw64]);
        }
        components.into_iter().collect()
    }
}

/// Runs the subcommand.
///
/// # Errors
/// Where something that is needed cannot be had; the error says what to do.
pub(crate) fn main(options: &cli::Setup) -> Result<()> {
    let toolchains = Toolchains::find()?;
    let host = crate::host(&toolchains)?;
    let needs = if options.targets.is_empty() {
        Needs { wine: !host.is_windows(), ..Needs::all(host) }
    } else {
        Needs { wine: options.wine && !host.is_windows(), ..Needs::to_build(options.targets.iter().copied()) }
    };
    ensure(&needs, host, &toolchains)?;
    let targets: Vec<_> =
        needs.targets.iter().filter(|target| **target != host).map(|target| target.triple()).collect();
    let wine = if needs.wine { ", and Wine runs Windows programs" } else { "" };
    eprintln!("bridge32 is set up for {}{wine}", targets.join(", "));
    Ok(())
}

/// Gets what is missing, and says nothing where nothing is.
///
/// # Errors
/// Where something that is needed cannot be had; the error says what to do.
pub(crate) fn ensure(needs: &Needs, host: Target, toolchains: &Toolchains) -> Result<()> {
    for target in &needs.targets {
        if host != *target && !can_build(host, *target) {
            bail!("{target} cannot be set up on {host}; build it on Windows itself, or use a `-gnu` target");
        }
    }
    let targets = missing_targets(needs, toolchains);
    let missing = missing_components(needs, host);
    let prefix =
        needs.wine.then(wine::Prefix::find).transpose()?.filter(|prefix| !missing.is_empty() || !prefix.is_ready());
    if targets.is_empty() && missing.is_empty() && prefix.is_none() {
        return Ok(());
    }

    eprintln!("bridge32 needs on this machine:");
    for target in &targets {
        eprintln!("  - Rust's standard library for {target}");
    }
    for component in &missing {
        eprintln!("  - {}", component.describe());
    }
    if let Some(prefix) = &prefix {
        eprintln!("  - a Wine prefix in {}", prefix.folder().display());
    }

    let mut missing = missing;
    let targets = rust::add_with_rustup(&targets, toolchains)?;
    if !targets.is_empty() && !rust::sources_are_installed() {
        missing.push(Component::RustSource);
    }
    if !missing.is_empty() {
        system::install(&System::find(), &missing)?;
        let still: Vec<_> = missing_components(needs, host).iter().map(|component| component.describe()).collect();
        if !still.is_empty() {
            bail!(
                "installed, but still not found: {}; is another compiler or Wine before it in the PATH?",
                still.join(", ")
            );
        }
    }
    if !targets.is_empty() {
        rust::make_toolchain(&targets, toolchains)?;
    }
    if let Some(prefix) = prefix {
        prefix.make()?;
    }
    Ok(())
}

/// Whether this host has a linker for the target, or can get one.
fn can_build(host: Target, target: Target) -> bool {
    match target {
        Target::I686Linux => host == Target::X64Linux,
        Target::X64Linux => false,
        Target::I686WindowsGnu | Target::X64WindowsGnu => true,
        Target::I686WindowsMsvc | Target::X64WindowsMsvc => host.is_windows(),
    }
}

fn missing_targets(needs: &Needs, toolchains: &Toolchains) -> Vec<Target> {
    needs.targets.iter().copied().filter(|target| toolchains.with_target(*target).is_none()).collect()
}

fn missing_components(needs: &Needs, host: Target) -> Vec<Component> {
    needs.components(host).into_iter().filter(|component| !component.is_there()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINUX: Target = Target::X64Linux;

    #[test]
    fn a_linux_server_needs_no_windows_tools() {
        let needs = Needs::to_run(LINUX, Sides::choose(LINUX, None));
        assert_eq!(needs.components(LINUX), [Component::LinuxC]);
    }

    #[test]
    fn building_for_windows_needs_no_wine() {
        let needs = Needs::to_build([Target::I686WindowsGnu]);
        assert_eq!(needs.components(LINUX), [Component::Mingw32]);
    }

    #[test]
    fn running_a_windows_server_needs_wine() {
        let needs = Needs::to_run(LINUX, Sides::choose(LINUX, Some(Target::I686WindowsGnu)));
        assert_eq!(needs.components(LINUX), [Component::Mingw32, Component::Mingw64, Component::Wine]);
    }

    #[test]
    fn everything_is_what_the_pairs_need() {
        let all = Needs::all(LINUX);
        let targets: Vec<_> = all.targets.iter().copied().collect();
        assert_eq!(targets, [Target::I686Linux, LINUX, Target::I686WindowsGnu, Target::X64WindowsGnu]);
        assert!(all.wine);
        let windows = Needs::all(Target::X64WindowsMsvc);
        assert!(!windows.wine && windows.components(Target::X64WindowsMsvc).is_empty());
    }

    #[test]
    fn visual_studio_targets_are_for_windows() {
        assert!(!can_build(LINUX, Target::I686WindowsMsvc));
        assert!(can_build(Target::X64WindowsMsvc, Target::I686WindowsMsvc));
    }
}
