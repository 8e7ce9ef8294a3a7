//! `setup`: makes 32-bit builds possible on this machine.
//!
//! Look what is missing, say so, get it: the Rust targets from rustup, packages from the distribution, and where rustup
//! cannot help a toolchain made from the distribution's packages. Where everything is there, this is a look and no more.

mod apt;
mod components;
mod packages;
mod rust;
mod system;
mod wine;

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::cli;
use crate::target::{Language, Pair, Sides, Target};
use crate::toolchain::Toolchains;
use components::Component;
pub(crate) use packages::{Name, Packages};
pub(crate) use system::Manager;
use system::System;
use wine::Prefix;
pub(crate) use wine::{environment as wine_environment, keep_server as keep_wine_server};

/// What has to be there for what the user wants to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    targets: BTreeSet<Target>,
    wine: bool,
    languages: BTreeSet<Language>,
    packages: BTreeSet<Packages>,
}

impl Needs {
    /// To build for these targets.
    pub(crate) fn to_build(targets: impl IntoIterator<Item = Target>) -> Self {
        Self { targets: targets.into_iter().collect(), ..Self::default() }
    }

    /// To build and run both sides on this host.
    pub(crate) fn to_run(host: Target, sides: Sides) -> Self {
        let wine = !host.is_windows() && (sides.client.is_windows() || sides.server.is_windows());
        Self { targets: BTreeSet::from([sides.client, sides.server]), wine, ..Self::default() }
    }

    /// And what these languages need, for each target.
    pub(crate) fn with(self, languages: impl IntoIterator<Item = Language>) -> Self {
        Self { languages: languages.into_iter().collect(), ..self }
    }

    /// And these packages of the distribution, where they are for one of the targets and of this machine's manager.
    pub(crate) fn with_packages(self, packages: impl IntoIterator<Item = (Target, Packages)>) -> Self {
        self.with_packages_of(System::find().manager, packages)
    }

    fn with_packages_of(mut self, manager: Manager, packages: impl IntoIterator<Item = (Target, Packages)>) -> Self {
        let is_for = |target, packages: &Packages| packages.manager == manager && self.targets.contains(&target);
        let packages = packages.into_iter().filter(|(target, packages)| is_for(*target, packages));
        self.packages = packages.map(|(_, packages)| packages).collect();
        self
    }

    /// Everything that this host can build and run.
    fn all(host: Target) -> Self {
        Pair::on(host).iter().map(|pair| Self::to_run(host, pair.sides(host))).collect()
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
        if self.languages.contains(&Language::Fortran) {
            components.extend(self.targets.iter().map(|target| match target {
                Target::I686Linux | Target::X64Linux => Component::LinuxFortran,
                // Visual Studio has no Fortran, and loads what mingw's made.
                Target::I686WindowsGnu | Target::I686WindowsMsvc => Component::Mingw32Fortran,
                Target::X64WindowsGnu | Target::X64WindowsMsvc => Component::Mingw64Fortran,
            }));
        }
        if self.languages.contains(&Language::DotNet) && !host.is_windows() {
            // Windows has both with its .NET Framework; Wine has none, and none can be brought to it.
            components.insert(Component::CSharp);
            components.extend(self.targets.contains(&Target::I686Linux).then_some(Component::Mono32));
        }
        if self.wine {
            // Wine's shim is built for both.
            components.extend([Component::Wine, Component::Mingw32, Component::Mingw64]);
        }
        components.extend(self.packages.iter().cloned().map(Component::Packages));
        components.into_iter().collect()
    }
}

/// All that several need.
impl FromIterator<Needs> for Needs {
    fn from_iter<I: IntoIterator<Item = Self>>(several: I) -> Self {
        several.into_iter().fold(Self::default(), |mut all, needs| {
            all.targets.extend(needs.targets);
            all.wine |= needs.wine;
            all.languages.extend(needs.languages);
            all.packages.extend(needs.packages);
            all
        })
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
    let needs = needs.with(options.languages.iter().copied());
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
            bail!("{target} cannot be built on {host}; build it on its own system, or use a `-pc-windows-gnu` target");
        }
    }
    let missing = Missing::look(needs, host, toolchains)?;
    if missing.is_nothing() {
        return Ok(());
    }

    missing.tell();
    let targets = rust::add_with_rustup(&missing.targets, toolchains)?;
    let mut components = missing.components;
    if !targets.is_empty() && !rust::sources_are_installed() {
        components.push(Component::RustSource);
    }
    if !components.is_empty() {
        system::install(&System::find(), &components)?;
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
    if let Some(prefix) = missing.prefix {
        prefix.make()?;
    }
    Ok(())
}

/// Whether nothing is missing.
///
/// # Errors
/// Where the user has no home folder.
pub(crate) fn is_done(needs: &Needs, host: Target, toolchains: &Toolchains) -> Result<bool> {
    Ok(Missing::look(needs, host, toolchains)?.is_nothing())
}

/// What is needed and not there.
struct Missing {
    targets: Vec<Target>,
    components: Vec<Component>,
    prefix: Option<Prefix>,
}

impl Missing {
    fn look(needs: &Needs, host: Target, toolchains: &Toolchains) -> Result<Self> {
        let targets =
            needs.targets.iter().copied().filter(|target| toolchains.with_target(*target).is_none()).collect();
        let components = missing_components(needs, host);
        let prefix = needs.wine.then(Prefix::find).transpose()?;
        // Without Wine it cannot be told which Wine made it.
        let prefix = prefix.filter(|prefix| components.contains(&Component::Wine) || !prefix.is_ready());
        Ok(Self { targets, components, prefix })
    }

    fn is_nothing(&self) -> bool {
        self.targets.is_empty() && self.components.is_empty() && self.prefix.is_none()
    }

    fn tell(&self) {
        eprintln!("bridge32 needs on this machine:");
        for target in &self.targets {
            eprintln!("  - Rust's standard library for {target}");
        }
        for component in &self.components {
            eprintln!("  - {}", component.describe());
        }
        if let Some(prefix) = &self.prefix {
            eprintln!("  - a Wine prefix in {}", prefix.folder().display());
        }
    }
}

/// Whether this host has a linker for the target, or can get one.
pub(crate) fn can_build(host: Target, target: Target) -> bool {
    match target {
        Target::I686Linux => host == Target::X64Linux,
        Target::X64Linux => false,
        Target::I686WindowsGnu | Target::X64WindowsGnu => true,
        Target::I686WindowsMsvc | Target::X64WindowsMsvc => host.is_windows(),
    }
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
        let needs = Needs::to_run(LINUX, Pair::Linux.sides(LINUX));
        assert_eq!(needs.components(LINUX), [Component::LinuxC]);
    }

    #[test]
    fn building_for_windows_needs_no_wine() {
        let needs = Needs::to_build([Target::I686WindowsGnu]);
        assert_eq!(needs.components(LINUX), [Component::Mingw32]);
    }

    #[test]
    fn running_a_windows_server_needs_wine() {
        let needs = Needs::to_run(LINUX, Pair::LinuxWindows.sides(LINUX));
        assert_eq!(needs.components(LINUX), [Component::Mingw32, Component::Mingw64, Component::Wine]);
    }

    #[test]
    fn fortran_comes_for_each_target_and_only_where_it_is_needed() {
        let linux = Needs::to_run(LINUX, Pair::Linux.sides(LINUX)).with([Language::Fortran]);
        assert_eq!(linux.components(LINUX), [Component::LinuxC, Component::LinuxFortran]);
        let server = Needs::to_build([Target::I686WindowsGnu]).with([Language::Fortran]);
        assert_eq!(server.components(LINUX), [Component::Mingw32, Component::Mingw32Fortran]);
        let pairs = [Needs::to_run(LINUX, Pair::Windows.sides(LINUX)), linux];
        let fortran: Vec<_> = pairs.into_iter().collect::<Needs>().components(LINUX).split_off(4);
        assert_eq!(fortran, [Component::LinuxFortran, Component::Mingw32Fortran, Component::Mingw64Fortran]);
        let plain = Needs::all(LINUX).components(LINUX);
        assert!(!plain.iter().any(|component| fortran.contains(component)), "{plain:?}");
    }

    #[test]
    fn dotnet_comes_only_where_it_is_needed() {
        let linux = Needs::to_run(LINUX, Pair::Linux.sides(LINUX)).with([Language::DotNet]);
        assert_eq!(linux.components(LINUX), [Component::LinuxC, Component::CSharp, Component::Mono32]);
        let server = Needs::to_build([Target::I686WindowsGnu]).with([Language::DotNet]);
        assert_eq!(server.components(LINUX), [Component::Mingw32, Component::CSharp]);
        let windows = Target::X64WindowsMsvc;
        let own = Needs::to_run(windows, Pair::Windows.sides(windows)).with([Language::DotNet]);
        assert!(own.components(windows).is_empty());
    }

    #[test]
    fn packages_come_for_the_targets_and_from_this_manager() {
        let packages = |manager, name: &str| {
            let names = vec![name.parse().expect("a name")];
            Packages { needed_by: "calc".into(), manager, names }
        };
        let all = [
            (Target::I686Linux, packages(Manager::Apt, "zlib1g:i386")),
            (Target::I686Linux, packages(Manager::Pacman, "lib32-zlib")),
            (Target::I686WindowsGnu, packages(Manager::Apt, "libz-mingw-w64")),
        ];
        let components =
            |needs: Needs, manager| needs.with_packages_of(manager, all.clone()).components(LINUX).split_off(1);
        let linux = Needs::to_build([Target::I686Linux]);
        assert_eq!(components(linux.clone(), Manager::Apt), [Component::Packages(all[0].1.clone())]);
        assert_eq!(components(linux.clone(), Manager::Pacman), [Component::Packages(all[1].1.clone())]);
        assert_eq!(components(linux, Manager::Dnf), []);
        let windows = Needs::to_build([Target::I686WindowsGnu]);
        assert_eq!(components(windows, Manager::Apt), [Component::Packages(all[2].1.clone())]);
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
