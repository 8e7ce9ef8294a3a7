//! What must be installed for what the user wants to do.

use std::collections::BTreeSet;

use crate::package_manager::{PackageManager, SystemPackages};
use crate::setup::components::Component;
use crate::setup::system::System;
use crate::target::{Language, Pair, Sides, Target};

/// What must be installed for what the user wants to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    targets: BTreeSet<Target>,
    /// Wine; nothing on Windows.
    wine: bool,
    languages: BTreeSet<Language>,
    packages: BTreeSet<SystemPackages>,
}

impl Needs {
    /// The needs to build for these targets.
    pub(crate) fn to_build(targets: impl IntoIterator<Item = Target>) -> Self {
        Self { targets: targets.into_iter().collect(), ..Self::default() }
    }

    /// The needs to build and run both sides on this host.
    pub(crate) fn to_run(host: Target, sides: Sides) -> Self {
        let needs = Self::to_build([sides.client, sides.server]);
        if sides.client.is_windows() || sides.server.is_windows() { needs.with_wine(host) } else { needs }
    }

    /// The needs to build and run everything that this host can.
    pub(crate) fn all(host: Target) -> Self {
        Pair::on(host).iter().map(|pair| Self::to_run(host, pair.sides(host))).collect()
    }

    /// Adds Wine, unless the host is Windows.
    pub(crate) fn with_wine(self, host: Target) -> Self {
        Self { wine: !host.is_windows(), ..self }
    }

    /// Adds what these languages need for each target.
    pub(crate) fn with_languages(self, languages: impl IntoIterator<Item = Language>) -> Self {
        Self { languages: languages.into_iter().collect(), ..self }
    }

    /// Adds those of these packages that are for one of the targets and for this machine's package manager.
    pub(crate) fn with_packages(self, packages: impl IntoIterator<Item = (Target, SystemPackages)>) -> Self {
        self.with_packages_of(System::find().manager, packages)
    }

    fn with_packages_of(
        mut self,
        manager: PackageManager,
        packages: impl IntoIterator<Item = (Target, SystemPackages)>,
    ) -> Self {
        let is_for = |target, packages: &SystemPackages| packages.manager == manager && self.targets.contains(&target);
        let packages = packages.into_iter().filter(|(target, packages)| is_for(*target, packages));
        self.packages = packages.map(|(_, packages)| packages).collect();
        self
    }

    pub(crate) fn targets(&self) -> impl Iterator<Item = Target> {
        self.targets.iter().copied()
    }

    pub(crate) fn wine(&self) -> bool {
        self.wine
    }

    /// Returns the components that are needed on this host in addition to Rust.
    pub(crate) fn components(&self, host: Target) -> Vec<Component> {
        let mut components = BTreeSet::new();
        for target in &self.targets {
            match target {
                Target::I686Linux => _ = components.insert(Component::LinuxC),
                Target::I686WindowsGnu => _ = components.insert(Component::Mingw32),
                Target::X64WindowsGnu if !host.is_windows() => _ = components.insert(Component::Mingw64),
                // Rust itself needs the linker for the host's own target, and Visual Studio's tools link both of theirs.
                Target::X64Linux
                | Target::X64WindowsGnu
                | Target::I686WindowsMsvc
                | Target::X64WindowsMsvc
                | Target::Arm64WindowsMsvc => {}
            }
        }
        if self.languages.contains(&Language::Fortran) {
            components.extend(self.targets.iter().filter_map(|target| match target {
                Target::I686Linux | Target::X64Linux => Some(Component::LinuxFortran),
                // Visual Studio has no Fortran compiler, but its programs can load a library built by mingw.
                Target::I686WindowsGnu | Target::I686WindowsMsvc => Some(Component::Mingw32Fortran),
                Target::X64WindowsGnu | Target::X64WindowsMsvc => Some(Component::Mingw64Fortran),
                // No mingw for ARM has a Fortran compiler.
                Target::Arm64WindowsMsvc => None,
            }));
        }
        if self.languages.contains(&Language::DotNet) && !host.is_windows() {
            // Windows has both in its .NET Framework; Wine has neither, and setup cannot install them there.
            components.insert(Component::CSharp);
            components.extend(self.targets.contains(&Target::I686Linux).then_some(Component::Mono32));
        }
        if self.languages.contains(&Language::Import) {
            components.insert(Component::LibClang);
        }
        if self.wine {
            // The library that a Wine prefix lacks is built for both widths.
            components.extend([Component::Wine, Component::Mingw32, Component::Mingw64]);
        }
        components.extend(self.packages.iter().cloned().map(Component::Packages));
        components.into_iter().collect()
    }
}

/// Merges needs.
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
        let linux = Needs::to_run(LINUX, Pair::Linux.sides(LINUX)).with_languages([Language::Fortran]);
        assert_eq!(linux.components(LINUX), [Component::LinuxC, Component::LinuxFortran]);
        let server = Needs::to_build([Target::I686WindowsGnu]).with_languages([Language::Fortran]);
        assert_eq!(server.components(LINUX), [Component::Mingw32, Component::Mingw32Fortran]);
        let pairs = [Needs::to_run(LINUX, Pair::Windows.sides(LINUX)), linux];
        let fortran: Vec<_> = pairs.into_iter().collect::<Needs>().components(LINUX).split_off(4);
        assert_eq!(fortran, [Component::LinuxFortran, Component::Mingw32Fortran, Component::Mingw64Fortran]);
        let plain = Needs::all(LINUX).components(LINUX);
        assert!(!plain.iter().any(|component| fortran.contains(component)), "{plain:?}");
    }

    #[test]
    fn dotnet_comes_only_where_it_is_needed() {
        let linux = Needs::to_run(LINUX, Pair::Linux.sides(LINUX)).with_languages([Language::DotNet]);
        assert_eq!(linux.components(LINUX), [Component::LinuxC, Component::CSharp, Component::Mono32]);
        let server = Needs::to_build([Target::I686WindowsGnu]).with_languages([Language::DotNet]);
        assert_eq!(server.components(LINUX), [Component::Mingw32, Component::CSharp]);
        let windows = Target::X64WindowsMsvc;
        let own = Needs::to_run(windows, Pair::Windows.sides(windows)).with_languages([Language::DotNet]);
        assert!(own.components(windows).is_empty());
    }

    #[test]
    fn libclang_comes_only_where_it_is_needed() {
        let needs = Needs::to_build([Target::I686Linux]);
        assert_eq!(needs.components(LINUX), [Component::LinuxC]);
        let needs = needs.with_languages([Language::Import]);
        assert_eq!(needs.components(LINUX), [Component::LinuxC, Component::LibClang]);
    }

    #[test]
    fn packages_come_for_the_targets_and_from_this_manager() {
        let packages = |manager, name: &str| {
            let names = vec![name.parse().expect("a name")];
            SystemPackages { needed_by: "calc".into(), manager, names }
        };
        let all = [
            (Target::I686Linux, packages(PackageManager::Apt, "zlib1g:i386")),
            (Target::I686Linux, packages(PackageManager::Pacman, "lib32-zlib")),
            (Target::I686WindowsGnu, packages(PackageManager::Apt, "libz-mingw-w64")),
        ];
        let components =
            |needs: Needs, manager| needs.with_packages_of(manager, all.clone()).components(LINUX).split_off(1);
        let linux = Needs::to_build([Target::I686Linux]);
        assert_eq!(components(linux.clone(), PackageManager::Apt), [Component::Packages(all[0].1.clone())]);
        assert_eq!(components(linux.clone(), PackageManager::Pacman), [Component::Packages(all[1].1.clone())]);
        assert_eq!(components(linux, PackageManager::Dnf), []);
        let windows = Needs::to_build([Target::I686WindowsGnu]);
        assert_eq!(components(windows, PackageManager::Apt), [Component::Packages(all[2].1.clone())]);
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
}
