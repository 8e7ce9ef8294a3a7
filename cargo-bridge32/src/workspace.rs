//! The user's workspace: which packages are selected, and what they need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_metadata::MetadataCommand;

use crate::command::{clean, query};
use crate::package::Package;
use crate::package_manager::SystemPackages;
use crate::profile::Profile;
use crate::server::{HOW_TO_DECLARE, Server};
use crate::target::{Language, Pair, Target, Transport};
use crate::toolchain::Toolchains;

/// A workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target_folder: PathBuf,
    /// Whether the user has another folder for what cargo builds on the way to its results (`build.build-dir`).
    has_build_folder: bool,
    packages: Vec<Package>,
}

impl Workspace {
    /// Asks cargo for the workspace of a manifest, or of the current folder.
    ///
    /// # Errors
    /// Fails if there is none, or a manifest is wrong.
    pub(crate) fn load(manifest: Option<&Path>) -> Result<Self> {
        let mut command = clean("cargo");
        command.args(["metadata", "--no-deps", "--format-version", "1"]);
        if let Some(manifest) = manifest {
            command.arg("--manifest-path").arg(manifest);
        }
        Self::parse(&query(&mut command).context("cargo does not describe this workspace")?)
    }

    /// Parses the output of `cargo metadata`.
    fn parse(metadata: &str) -> Result<Self> {
        let metadata =
            MetadataCommand::parse(metadata).context("cargo's description of this workspace cannot be read")?;
        let packages: Vec<_> = metadata.workspace_packages().into_iter().map(Package::new).collect::<Result<_>>()?;
        check_server_names(&packages)?;
        let target_folder = metadata.target_directory;
        let has_build_folder = metadata.build_directory.is_some_and(|folder| folder != target_folder);
        let root = metadata.workspace_root.into();
        Ok(Self { packages, root, target_folder: target_folder.into(), has_build_folder })
    }

    /// Returns the packages of these names. Without names: the package of this folder, or all of them in the workspace's root.
    ///
    /// # Errors
    /// Fails if a package does not exist.
    pub(crate) fn select(&self, names: &[String], folder: &Path) -> Result<Vec<&Package>> {
        if !names.is_empty() {
            return names.iter().map(|name| self.named(name)).collect();
        }
        match self.package_of(folder) {
            Some(package) if package.folder != self.root => Ok(vec![package]),
            _ => Ok(self.packages.iter().collect()),
        }
    }

    /// Returns the package to run: the named one, that of this folder, or the only one with a program and a server.
    ///
    /// # Errors
    /// Fails if the package does not exist, or there are several to choose from.
    pub(crate) fn select_one(&self, name: Option<&str>, folder: &Path) -> Result<&Package> {
        if let Some(name) = name {
            return self.named(name);
        }
        if let Some(package) = self.package_of(folder)
            && (package.folder != self.root || !package.programs.is_empty())
        {
            return Ok(package);
        }
        let runnable: Vec<_> =
            self.packages.iter().filter(|package| !package.programs.is_empty() && self.uses_servers(package)).collect();
        match runnable.as_slice() {
            [] => bail!("no package here has both a program and a server; {HOW_TO_DECLARE}"),
            [only] => Ok(only),
            several => {
                let names: Vec<_> = several.iter().map(|package| package.name.as_str()).collect();
                bail!("several packages can be run; choose one with -p: {}", names.join(", "))
            }
        }
    }

    /// Returns the package to make a drop-in library of: the named one, or that of this folder.
    ///
    /// # Errors
    /// Fails if the package does not exist, or this folder is not one's.
    pub(crate) fn select_library(&self, name: Option<&str>, folder: &Path) -> Result<&Package> {
        match (name, self.package_of(folder)) {
            (Some(name), _) => self.named(name),
            (None, Some(package)) => Ok(package),
            (None, None) => bail!("this folder is not a package's; choose one with -p"),
        }
    }

    /// Returns the package of this name.
    ///
    /// # Errors
    /// Fails if there is none.
    pub(crate) fn named(&self, name: &str) -> Result<&Package> {
        self.packages.iter().find(|package| package.name == name).with_context(|| {
            let names: Vec<_> = self.packages.iter().map(|package| package.name.as_str()).collect();
            format!("unknown package `{name}`; the workspace has {}", names.join(", "))
        })
    }

    /// Returns the innermost package whose folder contains this one.
    fn package_of(&self, folder: &Path) -> Option<&Package> {
        let containing = self.packages.iter().filter(|package| folder.starts_with(&package.folder));
        containing.max_by_key(|package| package.folder.components().count())
    }

    /// Returns these packages, and those of the workspace that they depend on by path, each once.
    fn with_dependencies<'a>(&'a self, packages: &[&'a Package]) -> Vec<&'a Package> {
        let mut found: Vec<&Package> = Vec::new();
        let mut open: Vec<&Package> = packages.iter().rev().copied().collect();
        while let Some(package) = open.pop() {
            if found.iter().any(|seen| std::ptr::eq(*seen, package)) {
                continue;
            }
            found.push(package);
            open.extend(self.packages.iter().filter(|other| package.dependencies.contains(&other.folder)));
        }
        found
    }

    /// Returns the servers of these packages and of those that they depend on.
    pub(crate) fn servers<'a>(&'a self, packages: &[&'a Package]) -> Vec<Server<'a>> {
        self.with_dependencies(packages).into_iter().flat_map(Package::servers).collect()
    }

    fn uses_servers(&self, package: &Package) -> bool {
        !self.servers(&[package]).is_empty()
    }

    /// Returns the languages that these packages and those that they depend on need.
    pub(crate) fn languages(&self, packages: &[&Package]) -> BTreeSet<Language> {
        self.with_dependencies(packages)
            .into_iter()
            .flat_map(|package| package.settings.languages.iter().copied())
            .collect()
    }

    /// Returns the packages of the distribution that these packages and those that they depend on need.
    pub(crate) fn system_packages(&self, packages: &[&Package]) -> Vec<(Target, SystemPackages)> {
        let packages = self.with_dependencies(packages).into_iter();
        packages.flat_map(|package| package.settings.system_packages.iter().cloned()).collect()
    }

    /// Whether a package is tested on a pair on this host.
    pub(crate) fn is_tested_on(&self, package: &Package, pair: Pair, host: Target) -> bool {
        let is_under_wine = pair != Pair::Linux && !host.is_windows();
        match (&package.settings.test_pairs, pair) {
            (Some(pairs), _) => pairs.contains(&pair),
            // Wine has no .NET Framework.
            (None, _) if is_under_wine && self.languages(&[package]).contains(&Language::DotNet) => false,
            // Without a server, the test would be the same as on `linux`.
            (None, Pair::LinuxWindows) => self.uses_servers(package),
            (None, _) => true,
        }
    }

    /// Groups packages by the transport over which they are tested; with `None`, the clients choose it.
    pub(crate) fn by_transport<'p>(packages: &[&'p Package]) -> BTreeMap<Option<Transport>, Vec<&'p Package>> {
        let mut by_transport = BTreeMap::<_, Vec<_>>::new();
        for package in packages {
            let transports = &package.settings.test_transports;
            let transports = transports.as_ref().map(|transports| transports.iter().copied().map(Some).collect());
            for transport in transports.unwrap_or_else(|| vec![None]) {
                by_transport.entry(transport).or_default().push(*package);
            }
        }
        by_transport
    }

    /// Returns the folder of the workspace's manifest.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns a command that runs cargo for a target. All that it builds is in the target folder: a build script that puts a library next
    /// to the programs only knows its own folder.
    ///
    /// # Errors
    /// Fails if no toolchain builds for the target.
    pub(crate) fn cargo(&self, toolchains: &Toolchains, target: Target) -> Result<Command> {
        let mut command = toolchains.cargo(target)?;
        if self.has_build_folder {
            command.env("CARGO_BUILD_BUILD_DIR", &self.target_folder);
        }
        Ok(command)
    }

    /// Returns the path of a program that cargo builds.
    pub(crate) fn program_file(&self, bin: &str, target: Target, profile: Profile<'_>) -> PathBuf {
        self.program_folder(target, profile).join(format!("{bin}{}", target.exe_suffix()))
    }

    /// Returns the folder into which cargo builds programs for this target.
    pub(crate) fn program_folder(&self, target: Target, profile: Profile<'_>) -> PathBuf {
        self.program_folder_of(Some(target), profile)
    }

    /// As [`program_folder`](Self::program_folder); `None` is a build without `--target`.
    pub(crate) fn program_folder_of(&self, target: Option<Target>, profile: Profile<'_>) -> PathBuf {
        let folder = target.map_or(self.target_folder.clone(), |target| self.target_folder.join(target.triple()));
        folder.join(profile.folder())
    }
}

/// Checks that no two packages have a server of the same name: cargo would write both to the same file, and the clients of one
/// package would start the server of the other.
fn check_server_names(packages: &[Package]) -> Result<()> {
    let mut package_of = BTreeMap::new();
    for server in packages.iter().flat_map(Package::servers) {
        if let Some(other) = package_of.insert(server.bin, server.package) {
            bail!(
                "the packages `{other}` and `{}` both have a server `{}`, and cargo builds both as the same file; rename one, and \
                 name it in its trait: #[bridge32(server = \"…\")]",
                server.package,
                server.bin
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package_manager::PackageManager;

    /// Makes a workspace from the output that `cargo metadata` would have: each package is a name, binaries, dependencies and
    /// settings.
    fn workspace(packages: &[(&str, &[&str], &[&str], &str)]) -> Result<Workspace> {
        let mut descriptions = Vec::new();
        let mut ids = Vec::new();
        for (name, bins, dependencies, settings) in packages {
            let folder = if *name == "root" { "/w".to_owned() } else { format!("/w/{name}") };
            let id = format!("path+file://{folder}#{name}@0.1.0");
            let targets: Vec<_> = bins
                .iter()
                .map(|bin| format!(r#"{{"kind":["bin"],"crate_types":["bin"],"name":"{bin}","src_path":"{folder}/src/bin/{bin}.rs","edition":"2024","doc":true,"doctest":false,"test":true}}"#))
                .collect();
            let dependencies: Vec<_> = dependencies
                .iter()
                .map(|on| format!(r#"{{"name":"{on}","source":null,"req":"*","kind":null,"rename":null,"optional":false,"uses_default_features":true,"features":[],"target":null,"registry":null,"path":"/w/{on}"}}"#))
                .collect();
            descriptions.push(format!(
                r#"{{"name":"{name}","version":"0.1.0","id":"{id}","license":null,"license_file":null,"description":null,"source":null,"dependencies":[{}],"targets":[{}],"features":{{}},"manifest_path":"{folder}/Cargo.toml","metadata":{{"bridge32":{settings}}},"publish":null,"authors":[],"categories":[],"keywords":[],"readme":null,"repository":null,"homepage":null,"documentation":null,"edition":"2024","links":null,"default_run":null,"rust_version":null}}"#,
                dependencies.join(","),
                targets.join(","),
            ));
            ids.push(format!("{id:?}"));
        }
        Workspace::parse(&format!(
            r#"{{"packages":[{}],"workspace_members":[{ids}],"workspace_default_members":[{ids}],"resolve":null,"target_directory":"/w/target","version":1,"workspace_root":"/w","metadata":null}}"#,
            descriptions.join(","),
            ids = ids.join(","),
        ))
    }

    fn bins(package: &Package) -> Vec<&str> {
        package.servers().map(|server| server.bin).collect()
    }

    fn names(packages: &[&Package]) -> Vec<String> {
        packages.iter().map(|package| package.name.clone()).collect()
    }

    #[test]
    fn servers_are_recognized_by_their_suffix() {
        let workspace = workspace(&[("calc", &["calc", "calc-server32"], &[], "null")]).expect("it is valid");
        let package = workspace.named("calc").expect("it exists");
        assert_eq!(bins(package), ["calc-server32"]);
        assert_eq!(package.program(None).expect("there is one"), "calc");
    }

    #[test]
    fn a_list_of_servers_replaces_the_suffix() {
        let workspace = workspace(&[("calc", &["helper", "calc-server32"], &[], r#"{"servers":["helper"]}"#)])
            .expect("it is valid");
        let package = workspace.named("calc").expect("it exists");
        assert_eq!(bins(package), ["helper"]);
        assert_eq!(package.programs, ["calc-server32"]);
    }

    #[test]
    fn two_packages_cannot_have_servers_of_the_same_name() {
        let servers: &[&str] = &["calc-server32"];
        let error = workspace(&[("one", servers, &[], "null"), ("two", servers, &[], "null")]).expect_err("one file");
        assert!(error.to_string().contains("`one` and `two` both have a server `calc-server32`"), "{error}");
        // Other programs are no concern of this.
        workspace(&[("one", &["calc"], &[], "null"), ("two", &["calc"], &[], "null")]).expect("it is valid");
    }

    #[test]
    fn a_listed_server_must_be_a_binary() {
        let error =
            workspace(&[("calc", &["calc"], &[], r#"{"servers":["help"]}"#)]).expect_err("there is no such binary");
        assert!(error.to_string().contains("lists the server `help`"), "{error}");
        let error = workspace(&[("calc", &["calc"], &[], r#"{"servers":"help"}"#)]).expect_err("it is not a list");
        assert!(format!("{error:#}").contains("not a list"), "{error:#}");
    }

    #[test]
    fn a_program_is_linked_like_a_server_if_its_package_asks_for_it() {
        for (settings, expected) in [("null", false), ("{}", false), (r#"{"program-lto":true}"#, true)] {
            let workspace = workspace(&[("calc", &["calc"], &[], settings)]).expect("it is valid");
            assert_eq!(workspace.named("calc").expect("it exists").settings.program_lto, expected, "{settings}");
        }
        let error = workspace(&[("calc", &[], &[], r#"{"program-lto":"fat"}"#)]).expect_err("it is not a boolean");
        assert!(format!("{error:#}").contains("is not true or false"), "{error:#}");
    }

    #[test]
    fn several_programs_are_listed() {
        let workspace = workspace(&[("calc", &["one", "two", "calc-server32"], &[], "null")]).expect("it is valid");
        let package = workspace.named("calc").expect("it exists");
        let error = package.program(None).expect_err("there are two").to_string();
        assert!(error.ends_with("choose one with --bin: one, two"), "{error}");
        assert_eq!(package.program(Some("two")).expect("it exists"), "two");
        let error = package.program(Some("calc-server32")).expect_err("that is a server").to_string();
        assert!(error.ends_with("it has one, two"), "{error}");
    }

    #[test]
    fn the_folder_selects_its_package_and_the_root_selects_all() {
        let workspace =
            workspace(&[("root", &[], &[], "null"), ("calc", &["calc-server32"], &[], "null")]).expect("it is valid");
        let select = |folder: &str| names(&workspace.select(&[], Path::new(folder)).expect("nothing is named"));
        assert_eq!(select("/w"), ["root", "calc"]);
        assert_eq!(select("/w/other"), ["root", "calc"]);
        assert_eq!(select("/w/calc/src"), ["calc"]);
        assert!(workspace.select(&["cal".into()], Path::new("/w")).is_err());
    }

    #[test]
    fn a_dependencys_servers_are_used() {
        let workspace = workspace(&[("app", &["app"], &["lib"], "null"), ("lib", &["lib-server32"], &["app"], "null")])
            .expect("it is valid");
        let app = workspace.named("app").expect("it exists");
        assert_eq!(workspace.servers(&[app]), [Server { package: "lib", bin: "lib-server32", targets: None }]);
    }

    #[test]
    fn server_targets_determine_the_default_target() {
        let windows = r#"{"server-targets":["i686-pc-windows-gnu","i686-pc-windows-msvc"]}"#;
        let workspace = workspace(&[
            ("calc", &["calc-server32"], &[], "null"),
            ("kernel", &["kernel-server32"], &[], windows),
            ("elf", &["elf-server32"], &[], r#"{"server-targets":["i686-unknown-linux-gnu"]}"#),
        ])
        .expect("it is valid");
        let target = |names: &[&str], host| {
            let packages: Vec<_> = names.iter().map(|name| workspace.named(name).expect("it exists")).collect();
            crate::server::default_target(&workspace.servers(&packages), host)
        };
        for (names, host, expected) in [
            (&["calc"][..], Target::X64Linux, Target::I686Linux),
            (&[], Target::X64WindowsGnu, Target::I686WindowsGnu),
            (&["kernel"], Target::X64Linux, Target::I686WindowsGnu),
            (&["calc", "kernel"], Target::X64Linux, Target::I686WindowsGnu),
            (&["kernel"], Target::X64WindowsMsvc, Target::I686WindowsMsvc),
        ] {
            assert_eq!(target(names, host).expect("there is one"), expected, "{names:?} on {host}");
        }
        let error = target(&["elf"], Target::X64WindowsMsvc).expect_err("Linux is not Windows").to_string();
        assert!(error.contains("`server-targets`") && error.contains("elf-server32"), "{error}");
        assert!(target(&["elf", "kernel"], Target::X64Linux).is_err());
        let error = tests::workspace(&[("a", &[], &[], r#"{"server-targets":["i386"]}"#)]).expect_err("no target");
        assert!(format!("{error:#}").contains("does not know this target"), "{error:#}");
    }

    #[test]
    fn the_languages_of_dependencies_are_included() {
        let workspace = workspace(&[
            ("app", &["app"], &["model"], "null"),
            ("model", &["model-server32"], &[], r#"{"needs":["fortran"]}"#),
            ("calc", &["calc-server32"], &[], "null"),
        ])
        .expect("it is valid");
        let languages = |name: &str| workspace.languages(&[workspace.named(name).expect("it exists")]);
        assert_eq!(languages("app"), BTreeSet::from([Language::Fortran]));
        assert!(languages("calc").is_empty());
        let error = tests::workspace(&[("a", &[], &[], r#"{"needs":["cobol"]}"#)]).expect_err("it is unknown");
        assert!(format!("{error:#}").contains("cannot install `cobol`"), "{error:#}");
    }

    #[test]
    fn the_system_packages_of_dependencies_are_included() {
        let needs = r#"{"packages":{"i686-unknown-linux-gnu":{"apt":["zlib1g:i386"],"pacman":["lib32-zlib"]}}}"#;
        let workspace = workspace(&[
            ("app", &["app"], &["zlib"], "null"),
            ("zlib", &["zlib-server32"], &[], needs),
            ("calc", &["calc-server32"], &[], "null"),
        ])
        .expect("it is valid");
        let packages = |name: &str| workspace.system_packages(&[workspace.named(name).expect("it exists")]);
        let expected =
            [(PackageManager::Apt, "zlib1g:i386"), (PackageManager::Pacman, "lib32-zlib")].map(|(manager, name)| {
                let names = vec![name.parse().expect("a name")];
                (Target::I686Linux, SystemPackages { needed_by: "zlib".into(), manager, names })
            });
        assert_eq!(packages("app"), expected);
        assert!(packages("calc").is_empty());
        for (wrong, why) in [
            (r#"{"packages":["zlib1g"]}"#, "`package.metadata.bridge32.packages` is not a table"),
            (r#"{"packages":{"i386":{}}}"#, "`package.metadata.bridge32.packages`: bridge32 does not know this target"),
            (r#"{"packages":{"i686-unknown-linux-gnu":{"yum":["z"]}}}"#, "unknown package manager `yum`"),
            (r#"{"packages":{"i686-unknown-linux-gnu":{"apt":"z"}}}"#, "linux-gnu.apt` is not a list of names"),
            (r#"{"packages":{"i686-unknown-linux-gnu":{"apt":["-z"]}}}"#, "`-z` is not a valid package name"),
        ] {
            let error = tests::workspace(&[("a", &[], &[], wrong)]).expect_err(why);
            assert!(format!("{error:#}").contains(why), "{error:#}");
        }
    }

    #[test]
    fn packages_are_tested_on_the_pairs_that_make_a_difference() {
        let workspace = workspace(&[
            ("pure", &[], &[], "null"),
            ("calc", &["calc-server32"], &[], "null"),
            ("managed", &["managed-server32"], &[], r#"{"needs":["dotnet"]}"#),
            ("macros", &[], &[], r#"{"test-pairs":["linux"]}"#),
            ("all", &[], &[], r#"{"test-pairs":["linux","windows","linux-windows"]}"#),
        ])
        .expect("it is valid");
        let on = |pair, host| {
            let is_tested = |package: &&Package| workspace.is_tested_on(package, pair, host);
            names(&workspace.packages.iter().filter(is_tested).collect::<Vec<_>>())
        };
        assert_eq!(on(Pair::Linux, Target::X64Linux), ["pure", "calc", "managed", "macros", "all"]);
        assert_eq!(on(Pair::Windows, Target::X64Linux), ["pure", "calc", "all"]);
        assert_eq!(on(Pair::Windows, Target::X64WindowsMsvc), ["pure", "calc", "managed", "all"]);
        assert_eq!(on(Pair::LinuxWindows, Target::X64Linux), ["calc", "all"]);
        assert!(tests::workspace(&[("a", &[], &[], r#"{"test-pairs":["mac"]}"#)]).is_err());
    }

    #[test]
    fn packages_are_tested_over_the_transports_that_they_list() {
        let workspace = workspace(&[
            ("calc", &["calc-server32"], &[], "null"),
            ("both", &["both-server32"], &[], r#"{"test-transports":["pipe","shared-memory"]}"#),
        ])
        .expect("it is valid");
        let packages: Vec<_> = workspace.packages.iter().collect();
        let by_transport = Workspace::by_transport(&packages);
        let by_transport: Vec<_> =
            by_transport.iter().map(|(transport, packages)| (*transport, names(packages).join(" "))).collect();
        let expected = [(None, "calc"), (Some(Transport::SharedMemory), "both"), (Some(Transport::Pipe), "both")];
        assert_eq!(by_transport, expected.map(|(transport, names)| (transport, names.to_owned())));
        assert!(tests::workspace(&[("a", &[], &[], r#"{"test-transports":["slow"]}"#)]).is_err());
    }

    #[test]
    fn programs_have_cargos_paths() {
        let workspace = workspace(&[]).expect("it is valid");
        let file = workspace.program_file("calc-server32", Target::I686WindowsGnu, Profile("dev"));
        assert_eq!(file, Path::new("/w/target/i686-pc-windows-gnu/debug/calc-server32.exe"));
    }
}
