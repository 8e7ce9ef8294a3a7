//! The command line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{ArgAction, Args, Parser, Subcommand};

use crate::profile::Profile;
use crate::target::{Language, Pair, Target};

/// Call 32-bit native libraries from 64-bit programs: set up, build, run, test.
#[derive(Debug, Parser)]
#[command(name = "cargo bridge32", bin_name = "cargo bridge32", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Parses the arguments of this process, which is started by cargo (`cargo-bridge32 bridge32 setup`) or directly
    /// (`cargo-bridge32 setup`).
    pub(crate) fn read() -> Self {
        Self::parse_from(without_subcommand_name(std::env::args_os()))
    }
}

/// Drops the `bridge32` that cargo passes to its subcommands as their first argument.
fn without_subcommand_name(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<_> = args.into_iter().collect();
    if args.get(1).is_some_and(|first| first == "bridge32") {
        args.remove(1);
    }
    args
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Setup(Setup),
    Doctor(Doctor),
    New(New),
    Build(Build),
    Run(Run),
    Test(Test),
    Dist(Dist),
    Import(Import),
    DropIn(DropIn),
    Wrap(Wrap),
}

/// Make 32-bit builds possible on this machine
///
/// Adds the Rust targets (with rustup, or if that is not possible, from the distribution's packages), the C and C++
/// linkers they need, and Wine to run Windows programs on Linux. It says what it installs before it does so, asks
/// nothing, and does nothing if everything is installed. If it cannot install something, it prints the commands to run.
#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// Set up only this target; may be repeated [default: every target that this machine can build and run]
    #[arg(long = "target", value_name = "TARGET")]
    pub(crate) targets: Vec<Target>,

    /// Also install Wine, to run programs for a Windows target on Linux
    #[arg(long)]
    pub(crate) wine: bool,

    /// Also install what this needs: fortran, dotnet or import; may be repeated
    #[arg(long = "with", value_name = "LANGUAGE")]
    pub(crate) languages: Vec<Language>,
}

/// Report what this machine can do, or what a library is and what will go wrong with it
///
/// Without a file: what this machine can build and run, and for what is missing the command that adds it. For a library: its
/// width and kind, its exports, the libraries that it needs and where they are or come from, and what will go wrong, each with
/// its remedy. The library is only read, never loaded. The exit status is 0 if it can be called on this machine, or without a
/// file, if the machine can run servers; otherwise it is 1.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The library, for Windows or Linux
    pub(crate) file: Option<PathBuf>,

    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Make a package that calls a library
///
/// It has a trait, a program and a server, and is ready for `cargo bridge32 run`. With `--header`, the trait is the one that
/// `import` writes. With `--library`, the library and the libraries that it needs from its own folder are copied to the package's
/// folder `vendor`; without a header, the trait has what the names of its exports say. Without both, the package calls two functions of
/// C's library, as an example.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The folder of the package, which must not exist
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,

    /// The name of the package [default: that of the folder]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// The name of the library, from which the trait gets its name [default: that of `--library`]
    #[arg(long, value_name = "NAME")]
    pub(crate) lib: Option<String>,

    /// The library, for Windows or Linux
    #[arg(long, value_name = "FILE")]
    pub(crate) library: Option<PathBuf>,

    /// The library's C header
    #[arg(long, value_name = "HEADER")]
    pub(crate) header: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) reading: HeaderOptions,
}

/// Build the 32-bit servers
///
/// A server is a binary whose name ends in `-server32`, or one that its package lists in Cargo.toml:
///
///     [package.metadata.bridge32]
///     servers = ["my-server"]
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Build {
    /// The package whose servers to build; may be repeated [default: the current one, or all of the workspace]
    #[arg(short, long = "package", value_name = "PACKAGE")]
    pub(crate) packages: Vec<String>,

    #[command(flatten)]
    pub(crate) cargo: CargoOptions,

    /// The 32-bit target to build for [default: the one that fits this machine and the servers]
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: Option<Target>,
}

/// Build the servers, then build and run a program
///
/// The exit status is the program's. A 32-bit `--target` is that of the servers, a 64-bit one that of the program. On
/// Linux, `--target i686-pc-windows-gnu` runs a Linux program with a Windows server under Wine, and
/// `--target x86_64-pc-windows-gnu` runs both under Wine. A package whose servers are for one system only lists their
/// targets in Cargo.toml, and they are built for one of these by default:
///
///     [package.metadata.bridge32]
///     server-targets = ["i686-pc-windows-gnu", "i686-pc-windows-msvc"]
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Run {
    /// The package to run [default: the current one]
    #[arg(short, long, value_name = "PACKAGE")]
    pub(crate) package: Option<String>,

    /// The program to run, if the package has several [default: `default-run`, or the only binary that is not a server]
    #[arg(long, value_name = "NAME")]
    pub(crate) bin: Option<String>,

    /// The example to run, instead of a program
    #[arg(long, value_name = "NAME", conflicts_with = "bin")]
    pub(crate) example: Option<String>,

    #[command(flatten)]
    pub(crate) cargo: CargoOptions,

    /// The target of the servers (32-bit) or of the program (64-bit) [default: what fits this machine and the servers]
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: Option<Target>,

    /// Arguments for the program
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

/// Make a 64-bit library that stands for the 32-bit one, for programs in any language
///
/// It exports the functions that the package's interface declares, under the names of the original, and starts the server
/// at the first call. DIR has everything that it needs: the library with its C header, and a folder with the server. On Linux,
/// `--target x86_64-pc-windows-gnu` makes a DLL, and `--target i686-pc-windows-gnu` a Linux library whose server runs under Wine.
///
///     [package.metadata.bridge32.drop-in]
///     call-timeout = "30s"
///
/// also `start-timeout`, `restart = "never"`, `transport`, `runner` (a list of words) and `library`, a path.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct DropIn {
    /// The package with the interface [default: the current one]
    #[arg(short, long, value_name = "PACKAGE")]
    pub(crate) package: Option<String>,

    /// The server whose interface it is, if the package has several; may be repeated, to make several libraries at once
    #[arg(long = "server", value_name = "NAME")]
    pub(crate) servers: Vec<String>,

    /// The original 32-bit library, which is copied into DIR, and says which names and numbers are exported
    #[arg(long, value_name = "FILE")]
    pub(crate) library: Option<PathBuf>,

    /// The folder to write, or for several libraries the folder of theirs [default: drop-in/NAME in cargo's target folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) cargo: CargoOptions,

    /// The target of the library (64-bit) or of its server (32-bit) [default: what fits this machine and the server]
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: Option<Target>,
}

/// Run every test on every pair of client and server that this machine can run
///
/// On Linux the pairs are `linux` (both on Linux), `windows` (both under Wine) and `linux-windows` (a Linux client with
/// a Windows server under Wine); on Windows there is only `windows`. All pairs are run, even if one fails. Tests find
/// the pair in $BRIDGE32_PAIR. A package that should not be tested on all of them lists its own:
///
///     [package.metadata.bridge32]
///     test-pairs = ["linux"]
///
/// Unless they list it, packages without servers are not tested on `linux-windows`, and packages that need .NET are not
/// tested under Wine. A package can list the transports over which it is tested, one after the other. Clients and
/// tests find the transport in $BRIDGE32_TRANSPORT:
///
///     [package.metadata.bridge32]
///     test-transports = ["shared-memory", "pipe"]
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Test {
    /// The package to test; may be repeated [default: the current one, or all of the workspace]
    #[arg(short, long = "package", value_name = "PACKAGE")]
    pub(crate) packages: Vec<String>,

    /// Do not test this package; may be repeated
    #[arg(long, value_name = "PACKAGE", conflicts_with = "packages")]
    pub(crate) exclude: Vec<String>,

    /// Test only this pair; may be repeated [default: all that this machine can run]
    #[arg(long = "pair", value_name = "PAIR")]
    pub(crate) pairs: Vec<Pair>,

    #[command(flatten)]
    pub(crate) cargo: CargoOptions,

    /// Arguments for the test binaries
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

/// Put a program and everything that it needs into one folder, to be shipped
///
/// The folder gets the program, its 32-bit servers, the library and the libraries that it needs from its own folder or from the
/// compiler, the files with the package's licence, and one with the licences of the crates in the programs. Without `--library`,
/// the library is the one that the package's build script has put next to the server. Both sides are built with optimizations,
/// unless `--profile` says otherwise. Before the folder is there, each server is started in it without this machine's settings,
/// and checks its library. On Linux, `--target x86_64-pc-windows-gnu` ships a program for Windows, and tries its server under Wine.
#[derive(Debug, Args)]
pub(crate) struct Dist {
    /// The folder, which must be empty or not exist
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// The package to ship [default: the current one]
    #[arg(short, long, value_name = "PACKAGE")]
    pub(crate) package: Option<String>,

    /// The program to ship, if the package has several [default: `default-run`, or the only binary that is not a server]
    #[arg(long, value_name = "NAME")]
    pub(crate) bin: Option<String>,

    /// The library that the server calls, or another one that it needs; may be repeated
    #[arg(long = "library", value_name = "FILE")]
    pub(crate) libraries: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) cargo: CargoOptions,

    /// The target of the servers (32-bit) or of the program (64-bit) [default: what fits this machine and the servers]
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: Option<Target>,
}

/// Write a trait from a C header, from a library, or from a .NET assembly
///
/// A header is read for the library's 32-bit target, with the headers of that target: a path, or a name that the target's
/// compiler finds, such as `winscard.h`. What C leaves open is guessed, and each guess is marked with `// check:`; what cannot be
/// guessed stays an `Address`. It needs libclang, which `cargo bridge32 setup --with import` installs.
/// A library alone, such as `meter.dll`, gives the functions whose decorated or C++ names say their arguments, and lists the
/// others. An assembly of .NET gives all its public classes, without a guess.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The header, or the library
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// The library that the header belongs to: its exports are compared with the header, and its name goes into the trait
    /// [default: the header's name]
    #[arg(long, value_name = "LIBRARY")]
    pub(crate) library: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) reading: HeaderOptions,

    /// The library's 32-bit target [default: that of `--library`, or the first of this machine's for which the header compiles]
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: Option<Target>,

    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Make a 64-bit library from a C header and a 32-bit library, or from an assembly of .NET
///
/// For programs in any language, without writing Rust: it installs what it needs, writes a package with a trait for the header, or for
/// the classes of an assembly, which needs no header, and makes DIR as `drop-in` does. In the end it lists what it had to guess, each with the line to correct. Run again, it keeps the
/// package, with your corrections, and only builds. On Linux, a DLL gets a Linux library whose server runs under Wine, or
/// with `--target x86_64-pc-windows-gnu`, a DLL.
#[derive(Debug, Args)]
pub(crate) struct Wrap {
    /// The library's C header; an assembly has none
    #[arg(value_name = "HEADER")]
    pub(crate) header: Option<PathBuf>,

    /// The 32-bit library, or the assembly of .NET
    #[arg(long, value_name = "FILE")]
    pub(crate) library: PathBuf,

    /// The folder to write [default: the library's name with 64, such as meter64]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// The folder of the package [default: the library's name with -bridge32, such as meter-bridge32]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) package: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) reading: HeaderOptions,

    #[command(flatten)]
    pub(crate) cargo: CargoOptions,

    /// The target of the 64-bit library [default: this machine's]
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: Option<Target>,
}

/// How a C header is read.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct HeaderOptions {
    /// A folder with headers that the header includes; may be repeated
    #[arg(short = 'I', value_name = "FOLDER")]
    pub(crate) include_folders: Vec<PathBuf>,

    /// A macro to define, as NAME or NAME=VALUE; may be repeated
    #[arg(short = 'D', value_name = "MACRO")]
    pub(crate) defines: Vec<String>,

    /// A header to include first, such as windows.h; may be repeated
    #[arg(long = "include", value_name = "HEADER")]
    pub(crate) includes: Vec<String>,

    /// Only functions whose names this regular expression matches
    #[arg(long, value_name = "REGEX")]
    pub(crate) only: Option<String>,
}

/// Options that are passed on to cargo.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct CargoOptions {
    /// Build with optimizations; servers also with link-time optimization, unless your own release profile sets `lto`
    #[arg(short, long, conflicts_with = "profile")]
    release: bool,

    /// Build with this profile of cargo's [default: dev]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// Features to activate, separated by commas
    #[arg(short = 'F', long, value_name = "FEATURES")]
    pub(crate) features: Vec<String>,

    /// Activate all features
    #[arg(long)]
    pub(crate) all_features: bool,

    /// Do not activate the `default` feature
    #[arg(long)]
    pub(crate) no_default_features: bool,

    /// Require Cargo.lock to be up to date
    #[arg(long)]
    pub(crate) locked: bool,

    /// Do not access the network
    #[arg(long)]
    pub(crate) offline: bool,

    /// Require Cargo.lock to be up to date, and do not access the network
    #[arg(long)]
    pub(crate) frozen: bool,

    /// The number of jobs that run at the same time [default: the number of processors]
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<String>,

    /// Show the commands that cargo runs; twice for the output of build scripts
    #[arg(short, long, action = ArgAction::Count, conflicts_with = "quiet")]
    verbose: u8,

    /// Show only warnings and errors
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// The package's Cargo.toml [default: the one of the current folder]
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,
}

impl CargoOptions {
    /// Returns cargo's arguments for these options.
    pub(crate) fn args(&self) -> Vec<OsString> {
        let mut args = Vec::<OsString>::new();
        for (set, flag) in [(self.release, "--release"), (self.quiet, "--quiet")] {
            if set {
                args.push(flag.into());
            }
        }
        args.extend((0..self.verbose).map(|_| "--verbose".into()));
        for (option, value) in [("--profile", &self.profile), ("--jobs", &self.jobs)] {
            if let Some(value) = value {
                args.extend([option.into(), value.into()]);
            }
        }
        args.extend(self.dependency_args());
        args
    }

    /// Returns those of cargo's arguments that decide which dependencies there are.
    pub(crate) fn dependency_args(&self) -> Vec<OsString> {
        let mut args = Vec::<OsString>::new();
        for (set, flag) in [
            (self.all_features, "--all-features"),
            (self.no_default_features, "--no-default-features"),
            (self.locked, "--locked"),
            (self.offline, "--offline"),
            (self.frozen, "--frozen"),
        ] {
            if set {
                args.push(flag.into());
            }
        }
        for features in &self.features {
            args.extend(["--features".into(), features.into()]);
        }
        if let Some(path) = &self.manifest_path {
            args.extend(["--manifest-path".into(), path.into()]);
        }
        args
    }

    /// Chooses a package by its folder.
    pub(crate) fn in_package(self, folder: &Path) -> Self {
        Self { manifest_path: Some(folder.join("Cargo.toml")), ..self }
    }

    /// Chooses the release profile, unless the user has chosen one.
    pub(crate) fn or_release(self) -> Self {
        Self { release: self.profile.is_none(), ..self }
    }

    /// Returns the folder that selects the package: that of the manifest, or the current one.
    ///
    /// # Errors
    /// Fails if it does not exist.
    pub(crate) fn working_folder(&self) -> Result<PathBuf> {
        match &self.manifest_path {
            Some(path) => {
                let path = path.canonicalize().with_context(|| format!("cannot find {}", path.display()))?;
                Ok(path.parent().map(Path::to_owned).unwrap_or_default())
            }
            None => std::env::current_dir().context("cannot determine the current folder"),
        }
    }

    /// Returns the profile.
    pub(crate) fn profile(&self) -> Profile<'_> {
        Profile(match &self.profile {
            Some(name) => name,
            None if self.release => "release",
            None => "dev",
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Cli {
        Cli::parse_from(without_subcommand_name(line.split(' ').map(OsString::from)))
    }

    #[test]
    fn the_definition_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn cargo_and_the_user_can_start_the_program() {
        for line in [
            "cargo-bridge32 bridge32 setup --target i686-pc-windows-gnu",
            "cargo-bridge32 setup --target i686-pc-windows-gnu",
        ] {
            let Command::Setup(setup) = parse(line).command else { panic!("{line} is not a setup") };
            assert_eq!(setup.targets, [Target::I686WindowsGnu]);
        }
    }

    #[test]
    fn arguments_after_the_dashes_are_the_programs() {
        let Command::Run(run) = parse("cargo-bridge32 run --release -p calc -- --release 1").command else {
            panic!("this is not a run")
        };
        assert_eq!(run.package.as_deref(), Some("calc"));
        assert_eq!(run.args, ["--release", "1"]);
        assert_eq!(run.cargo.args(), ["--release"]);
    }

    #[test]
    fn options_of_cargo_are_passed_on() {
        let line = "cargo-bridge32 build --profile small -vv -j 2 --all-features --offline --frozen";
        let Command::Build(build) = parse(line).command else { panic!("this is not a build") };
        let args = build.cargo.args();
        let of_dependencies = ["--all-features", "--offline", "--frozen"];
        assert_eq!(build.cargo.dependency_args(), of_dependencies);
        assert_eq!(args[..6], ["--verbose", "--verbose", "--profile", "small", "--jobs", "2"]);
        assert_eq!(args[6..], of_dependencies);
        assert_eq!(build.cargo.profile(), Profile("small"));
    }
}
