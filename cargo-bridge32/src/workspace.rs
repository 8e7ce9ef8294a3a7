//! The user's packages: which have servers, which have programs, and on which pairs they are tested.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail};
use cargo_metadata::MetadataCommand;

use crate::command::clean;
use crate::setup::{Manager, Name, Packages};
use crate::target::{Language, Pair, Target, Transport};
use crate::toolchain::query;

/// What a server is called, unless its package lists its servers.
const SERVER_SUFFIX: &str = "-server32";

/// A package of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its binaries that are servers.
    pub(crate) servers: Vec<String>,
    /// Its other binaries.
    pub(crate) programs: Vec<String>,
    folder: PathBuf,
    default_run: Option<String>,
    test_pairs: Option<Vec<Pair>>,
    /// What its tests' calls travel over, one after the other; whatever the clients take, where it does not say.
    test_transports: Option<Vec<Transport>>,
    /// What its servers can be built for; anything, where it does not say.
    server_targets: Option<Vec<Target>>,
    /// What its native sources are written in, or for, beside C and C++.
    languages: Vec<Language>,
    /// Packages of the distribution that its servers need, each for a target.
    packages: Vec<(Target, Packages)>,
    /// The folders of the packages that it depends on by path.
    dependencies: Vec<PathBuf>,
}

impl Package {
    /// Takes what cargo tells about a package.
    fn new(told: &cargo_metadata::Package) -> Result<Self> {
        let bins: Vec<_> =
            told.targets.iter().filter(|target| target.is_bin()).map(|target| target.name.clone()).collect();
        let settings = &told.metadata["bridge32"];
        let in_manifest = || format!("in the manifest of package `{}`", told.name);
        let listed = list(settings, "servers").with_context(in_manifest)?;
        if let Some(missing) = listed.iter().flatten().find(|server| !bins.contains(server)) {
            bail!("package `{}` lists the server `{missing}`, but has no binary of that name", told.name);
        }
        let is_server = |bin: &String| match &listed {
            Some(listed) => listed.contains(bin),
            None => bin.ends_with(SERVER_SUFFIX),
        };
        let (servers, programs) = bins.into_iter().partition(is_server);
        Ok(Self {
            name: told.name.to_string(),
            servers,
            programs,
            folder: told.manifest_path.parent().map(Into::into).unwrap_or_default(),
            default_run: told.default_run.clone(),
            test_pairs: list(settings, "test-pairs").with_context(in_manifest)?,
            test_transports: list(settings, "test-transports").with_context(in_manifest)?,
            server_targets: list(settings, "server-targets").with_context(in_manifest)?,
            languages: list(settings, "needs").with_context(in_manifest)?.unwrap_or_default(),
            packages: packages(settings, &told.name).with_context(in_manifest)?,
            dependencies: told
                .dependencies
                .iter()
                .filter_map(|dependency| dependency.path.clone())
                .map(Into::into)
                .collect(),
        })
    }

    /// The program to run: the one asked for, the package's own choice, or the only one.
    ///
    /// # Errors
    /// Where there is none, or several to choose from.
    pub(crate) fn program(&self, asked: Option<&str>) -> Result<&str> {
        let choice = || self.programs.join(", ");
        if let Some(asked) = asked.or(self.default_run.as_deref()) {
            let found = self.programs.iter().find(|program| *program == asked);
            return found.map(String::as_str).with_context(|| match self.programs.as_slice() {
                [] => format!("package `{}` has no program `{asked}`", self.name),
                _ => format!("package `{}` has no program `{asked}`; it has {}", self.name, choice()),
            });
        }
        match self.programs.as_slice() {
            [] => bail!(
                "package `{}` has no program to run; add src/main.rs, or choose another package with -p",
                self.name
            ),
            [only] => Ok(only),
            _ => bail!("package `{}` has several programs; choose one with --bin: {}", self.name, choice()),
        }
    }
}

/// A list of names in `[package.metadata.bridge32]`, each of which says something.
fn list<T: FromStr<Err: fmt::Display>>(settings: &serde_json::Value, key: &str) -> Result<Option<Vec<T>>> {
    match &settings[key] {
        value if value.is_null() => Ok(None),
        value => names(value, key).map(Some),
    }
}

/// The names in the list `key` of `[package.metadata.bridge32]`.
fn names<T: FromStr<Err: fmt::Display>>(value: &serde_json::Value, key: &str) -> Result<Vec<T>> {
    let wrong = || format!("`package.metadata.bridge32.{key}` is not a list of names");
    value.as_array().with_context(wrong)?.iter().map(|name| parsed(name.as_str().with_context(wrong)?, key)).collect()
}

fn parsed<T: FromStr<Err: fmt::Display>>(name: &str, key: &str) -> Result<T> {
    name.parse().map_err(|error| anyhow!("`package.metadata.bridge32.{key}`: {error}"))
}

/// The packages of the distribution in `[package.metadata.bridge32.packages.<target>]`, by package managers.
fn packages(settings: &serde_json::Value, needed_by: &str) -> Result<Vec<(Target, Packages)>> {
    let table = |value, key: &str| match value {
        serde_json::Value::Null => Ok(serde_json::Map::new()),
        serde_json::Value::Object(table) => Ok(table),
        _ => bail!("`package.metadata.bridge32.{key}` is not a table"),
    };
    let mut found = Vec::new();
    for (target, managers) in table(settings["packages"].clone(), "packages")? {
        let key = format!("packages.{target}");
        let target: Target = parsed(&target, "packages")?;
        for (manager, list) in table(managers, &key)? {
            let names: Vec<Name> = names(&list, &format!("{key}.{manager}"))?;
            let manager: Manager = parsed(&manager, &key)?;
            found.push((target, Packages { needed_by: needed_by.to_owned(), manager, names }));
        }
    }
    Ok(found)
}

/// The packages of a workspace, and where its programs are put.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target_folder: PathBuf,
    packages: Vec<Package>,
}

impl Workspace {
    /// Asks cargo about the workspace of a manifest, or of the current folder.
    ///
    /// # Errors
    /// Where there is none, or a manifest is wrong.
    pub(crate) fn load(manifest: Option<&Path>) -> Result<Self> {
        let mut command = clean("cargo");
        command.args(["metadata", "--no-deps", "--format-version", "1"]);
        if let Some(manifest) = manifest {
            command.arg("--manifest-path").arg(manifest);
        }
        Self::parse(&query(&mut command).context("cargo does not describe this workspace")?)
    }

    /// Reads what `cargo metadata` told.
    fn parse(told: &str) -> Result<Self> {
        let metadata = MetadataCommand::parse(told).context("cargo's description of this workspace cannot be read")?;
        Ok(Self {
            packages: metadata.workspace_packages().into_iter().map(Package::new).collect::<Result<_>>()?,
            root: metadata.workspace_root.into(),
            target_folder: metadata.target_directory.into(),
        })
    }

    /// The packages of these names; without names the package of this folder, or in the workspace's root all.
    ///
    /// # Errors
    /// Where a name is no package's.
    pub(crate) fn select(&self, names: &[String], folder: &Path) -> Result<Vec<&Package>> {
        if !names.is_empty() {
            return names.iter().map(|name| self.named(name)).collect();
        }
        match self.package_of(folder) {
            Some(package) if package.folder != self.root => Ok(vec![package]),
            _ => Ok(self.packages.iter().collect()),
        }
    }

    /// The one package to run: the named one, that of this folder, or the only one with a program.
    ///
    /// # Errors
    /// Where the name is no package's, or there are several to choose from.
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

    fn named(&self, name: &str) -> Result<&Package> {
        self.packages.iter().find(|package| package.name == name).with_context(|| {
            let names: Vec<_> = self.packages.iter().map(|package| package.name.as_str()).collect();
            format!("no package here is called `{name}`; there are {}", names.join(", "))
        })
    }

    /// The package whose folder this is, or is in: the innermost one.
    fn package_of(&self, folder: &Path) -> Option<&Package> {
        let around = self.packages.iter().filter(|package| folder.starts_with(&package.folder));
        around.max_by_key(|package| package.folder.components().count())
    }

    /// These packages and those of the workspace that they depend on by path, without repetition.
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

    /// The servers that these packages have, or use by depending on a package that has them.
    pub(crate) fn servers<'a>(&'a self, packages: &[&'a Package]) -> Vec<Server<'a>> {
        let all = self.with_dependencies(packages);
        all.into_iter()
            .flat_map(|package| {
                let targets = package.server_targets.as_deref();
                package.servers.iter().map(move |bin| Server { package: &package.name, bin, targets })
            })
            .collect()
    }

    fn uses_servers(&self, package: &Package) -> bool {
        !self.servers(&[package]).is_empty()
    }

    /// The languages that building these packages needs, with those that they depend on.
    pub(crate) fn languages(&self, packages: &[&Package]) -> BTreeSet<Language> {
        self.with_dependencies(packages).into_iter().flat_map(|package| package.languages.iter().copied()).collect()
    }

    /// The packages of the distribution that these packages need, with those that they depend on.
    pub(crate) fn packages(&self, packages: &[&Package]) -> Vec<(Target, Packages)> {
        self.with_dependencies(packages).into_iter().flat_map(|package| package.packages.iter().cloned()).collect()
    }

    /// Whether a package is tested on a pair of this host.
    pub(crate) fn is_tested_on(&self, package: &Package, pair: Pair, host: Target) -> bool {
        let is_under_wine = pair != Pair::Linux && !host.is_windows();
        match (&package.test_pairs, pair) {
            (Some(pairs), _) => pairs.contains(&pair),
            // Wine comes without .NET.
            (None, _) if is_under_wine && self.languages(&[package]).contains(&Language::DotNet) => false,
            // Without a server it would be the same test as on `linux`.
            (None, Pair::LinuxWindows) => self.uses_servers(package),
            (None, _) => true,
        }
    }

    /// Packages by the transport that they are tested over; `None` leaves it to the clients.
    pub(crate) fn by_transport<'p>(packages: &[&'p Package]) -> BTreeMap<Option<Transport>, Vec<&'p Package>> {
        let mut by_transport = BTreeMap::<_, Vec<_>>::new();
        for package in packages {
            let transports =
                package.test_transports.as_ref().map(|transports| transports.iter().copied().map(Some).collect());
            for transport in transports.unwrap_or_else(|| vec![None]) {
                by_transport.entry(transport).or_default().push(*package);
            }
        }
        by_transport
    }

    /// Where cargo puts a program.
    pub(crate) fn program_file(&self, bin: &str, target: Target, profile_folder: &str) -> PathBuf {
        self.target_folder.join(target.triple()).join(profile_folder).join(format!("{bin}{}", target.exe_suffix()))
    }
}

/// What to do where no server is found.
pub(crate) const HOW_TO_DECLARE: &str = "a server is a binary whose name ends in `-server32` (src/bin/my-lib-server32.rs), \
     or one listed under [package.metadata.bridge32] as servers = [\"…\"]";

/// A server's binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Server<'a> {
    /// The package that it belongs to.
    pub(crate) package: &'a str,
    /// Its name.
    pub(crate) bin: &'a str,
    /// What it can be built for; anything, where its package does not say.
    targets: Option<&'a [Target]>,
}

impl Server<'_> {
    /// Whether it can be built for a target, as far as its package says.
    pub(crate) fn can_be_for(&self, target: Target) -> bool {
        self.targets.is_none_or(|targets| targets.contains(&target))
    }

    /// The variable that tells a client where this server is.
    pub(crate) fn variable(&self) -> String {
        let name = self.bin.strip_suffix(SERVER_SUFFIX).unwrap_or(self.bin);
        let mut variable = String::from("BRIDGE32_SERVER_");
        for c in name.chars() {
            let c = if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
            // Writing to a string cannot fail.
            let _ = variable.write_char(c);
        }
        variable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `cargo metadata` tells of a workspace: each package by name, binaries, dependencies and settings.
    fn workspace(packages: &[(&str, &[&str], &[&str], &str)]) -> Result<Workspace> {
        let mut told = Vec::new();
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
            told.push(format!(
                r#"{{"name":"{name}","version":"0.1.0","id":"{id}","license":null,"license_file":null,"description":null,"source":null,"dependencies":[{}],"targets":[{}],"features":{{}},"manifest_path":"{folder}/Cargo.toml","metadata":{{"bridge32":{settings}}},"publish":null,"authors":[],"categories":[],"keywords":[],"readme":null,"repository":null,"homepage":null,"documentation":null,"edition":"2024","links":null,"default_run":null,"rust_version":null}}"#,
                dependencies.join(","),
                targets.join(","),
            ));
            ids.push(format!("{id:?}"));
        }
        Workspace::parse(&format!(
            r#"{{"packages":[{}],"workspace_members":[{ids}],"workspace_default_members":[{ids}],"resolve":null,"target_directory":"/w/target","version":1,"workspace_root":"/w","metadata":null}}"#,
            told.join(","),
            ids = ids.join(","),
        ))
    }

    fn names(packages: &[&Package]) -> Vec<String> {
        packages.iter().map(|package| package.name.clone()).collect()
    }

    #[test]
    fn servers_are_known_by_their_suffix() {
        let workspace = workspace(&[("calc", &["calc", "calc-server32"], &[], "null")]).expect("it is sound");
        let package = workspace.named("calc").expect("it is there");
        assert_eq!(package.servers, ["calc-server32"]);
        assert_eq!(package.program(None).expect("there is one"), "calc");
    }

    #[test]
    fn a_list_of_servers_replaces_the_suffix() {
        let workspace = workspace(&[("calc", &["helper", "calc-server32"], &[], r#"{"servers":["helper"]}"#)])
            .expect("it is sound");
        let package = workspace.named("calc").expect("it is there");
        assert_eq!(package.servers, ["helper"]);
        assert_eq!(package.programs, ["calc-server32"]);
    }

    #[test]
    fn a_listed_server_must_be_there() {
        let error = workspace(&[("calc", &["calc"], &[], r#"{"servers":["help"]}"#)]).expect_err("it is not there");
        assert!(error.to_string().contains("lists the server `help`"), "{error}");
        let error = workspace(&[("calc", &["calc"], &[], r#"{"servers":"help"}"#)]).expect_err("it is no list");
        assert!(format!("{error:#}").contains("not a list"), "{error:#}");
    }

    #[test]
    fn several_programs_are_listed() {
        let workspace = workspace(&[("calc", &["one", "two", "calc-server32"], &[], "null")]).expect("it is sound");
        let package = workspace.named("calc").expect("it is there");
        let error = package.program(None).expect_err("there are two").to_string();
        assert!(error.ends_with("choose one with --bin: one, two"), "{error}");
        assert_eq!(package.program(Some("two")).expect("it is there"), "two");
        let error = package.program(Some("calc-server32")).expect_err("that is a server").to_string();
        assert!(error.ends_with("it has one, two"), "{error}");
    }

    #[test]
    fn the_folder_selects_its_package_and_the_root_selects_all() {
        let workspace =
            workspace(&[("root", &[], &[], "null"), ("calc", &["calc-server32"], &[], "null")]).expect("it is sound");
        let select = |folder: &str| names(&workspace.select(&[], Path::new(folder)).expect("nothing is named"));
        assert_eq!(select("/w"), ["root", "calc"]);
        assert_eq!(select("/w/other"), ["root", "calc"]);
        assert_eq!(select("/w/calc/src"), ["calc"]);
        assert!(workspace.select(&["cal".into()], Path::new("/w")).is_err());
    }

    #[test]
    fn a_dependencys_servers_are_used() {
        let workspace = workspace(&[("app", &["app"], &["lib"], "null"), ("lib", &["lib-server32"], &["app"], "null")])
            .expect("it is sound");
        let app = workspace.named("app").expect("it is there");
        assert_eq!(workspace.servers(&[app]), [Server { package: "lib", bin: "lib-server32", targets: None }]);
    }

    #[test]
    fn server_targets_decide_where_the_user_does_not() {
        let windows = r#"{"server-targets":["i686-pc-windows-gnu","i686-pc-windows-msvc"]}"#;
        let workspace = workspace(&[
            ("calc", &["calc-server32"], &[], "null"),
            ("kernel", &["kernel-server32"], &[], windows),
            ("elf", &["elf-server32"], &[], r#"{"server-targets":["i686-unknown-linux-gnu"]}"#),
        ])
        .expect("it is sound");
        let target = |names: &[&str], host| {
            let packages: Vec<_> = names.iter().map(|name| workspace.named(name).expect("it is there")).collect();
            crate::build::server_target(&workspace.servers(&packages), host)
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
        assert!(format!("{error:#}").contains("knows no target"), "{error:#}");
    }

    #[test]
    fn languages_are_those_of_all_that_is_built() {
        let workspace = workspace(&[
            ("app", &["app"], &["model"], "null"),
            ("model", &["model-server32"], &[], r#"{"needs":["fortran"]}"#),
            ("calc", &["calc-server32"], &[], "null"),
        ])
        .expect("it is sound");
        let languages = |name: &str| workspace.languages(&[workspace.named(name).expect("it is there")]);
        assert_eq!(languages("app"), BTreeSet::from([Language::Fortran]));
        assert!(languages("calc").is_empty());
        let error = tests::workspace(&[("a", &[], &[], r#"{"needs":["cobol"]}"#)]).expect_err("it is unknown");
        assert!(format!("{error:#}").contains("cannot bring `cobol`"), "{error:#}");
    }

    #[test]
    fn packages_of_the_distribution_are_those_of_all_that_is_built() {
        let needs = r#"{"packages":{"i686-unknown-linux-gnu":{"apt":["zlib1g:i386"],"pacman":["lib32-zlib"]}}}"#;
        let workspace = workspace(&[
            ("app", &["app"], &["zlib"], "null"),
            ("zlib", &["zlib-server32"], &[], needs),
            ("calc", &["calc-server32"], &[], "null"),
        ])
        .expect("it is sound");
        let packages = |name: &str| workspace.packages(&[workspace.named(name).expect("it is there")]);
        let expected = [(Manager::Apt, "zlib1g:i386"), (Manager::Pacman, "lib32-zlib")].map(|(manager, name)| {
            let names = vec![name.parse().expect("a name")];
            (Target::I686Linux, Packages { needed_by: "zlib".into(), manager, names })
        });
        assert_eq!(packages("app"), expected);
        assert!(packages("calc").is_empty());
        for (wrong, why) in [
            (r#"{"packages":["zlib1g"]}"#, "`package.metadata.bridge32.packages` is not a table"),
            (r#"{"packages":{"i386":{}}}"#, "`package.metadata.bridge32.packages`: bridge32 knows no target"),
            (r#"{"packages":{"i686-unknown-linux-gnu":{"yum":["z"]}}}"#, "bridge32 knows no package manager `yum`"),
            (r#"{"packages":{"i686-unknown-linux-gnu":{"apt":"z"}}}"#, "linux-gnu.apt` is not a list of names"),
            (r#"{"packages":{"i686-unknown-linux-gnu":{"apt":["-z"]}}}"#, "`-z` is no name of a package"),
        ] {
            let error = tests::workspace(&[("a", &[], &[], wrong)]).expect_err(why);
            assert!(format!("{error:#}").contains(why), "{error:#}");
        }
    }

    #[test]
    fn packages_are_tested_where_that_says_something() {
        let workspace = workspace(&[
            ("pure", &[], &[], "null"),
            ("calc", &["calc-server32"], &[], "null"),
            ("managed", &["managed-server32"], &[], r#"{"needs":["dotnet"]}"#),
            ("macros", &[], &[], r#"{"test-pairs":["linux"]}"#),
            ("all", &[], &[], r#"{"test-pairs":["linux","windows","linux-windows"]}"#),
        ])
        .expect("it is sound");
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
    fn packages_are_tested_over_the_lanes_that_they_list() {
        let workspace = workspace(&[
            ("calc", &["calc-server32"], &[], "null"),
            ("both", &["both-server32"], &[], r#"{"test-transports":["pipe","shared-memory"]}"#),
        ])
        .expect("it is sound");
        let packages: Vec<_> = workspace.packages.iter().collect();
        let by_transport = Workspace::by_transport(&packages);
        let by_transport: Vec<_> =
            by_transport.iter().map(|(transport, packages)| (*transport, names(packages).join(" "))).collect();
        let expected = [(None, "calc"), (Some(Transport::SharedMemory), "both"), (Some(Transport::Pipe), "both")];
        assert_eq!(by_transport, expected.map(|(transport, names)| (transport, names.to_owned())));
        assert!(tests::workspace(&[("a", &[], &[], r#"{"test-transports":["slow"]}"#)]).is_err());
    }

    #[test]
    fn variables_are_named_after_the_server() {
        let variable = |bin| Server { package: "p", bin, targets: None }.variable();
        // The runtime's rule is tested with the same names.
        for line in include_str!("../../bridge-runtime/src/interface/server_variables.txt").lines() {
            let (bin, expected) = line.split_once(' ').unwrap();
            assert_eq!(variable(bin), expected);
        }
    }

    #[test]
    fn programs_are_found_where_cargo_puts_them() {
        let workspace = workspace(&[]).expect("it is sound");
        let file = workspace.program_file("calc-server32", Target::I686WindowsGnu, "debug");
        assert_eq!(file, Path::new("/w/target/i686-pc-windows-gnu/debug/calc-server32.exe"));
    }
}
