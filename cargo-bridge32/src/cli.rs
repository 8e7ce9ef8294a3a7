//! What can be said on the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::target::{Language, Pair, Target};

/// Call 32-bit native libraries from 64-bit programs: set up, build, run, test.
#[derive(Debug, Parser)]
#[command(name = "cargo bridge32", bin_name = "cargo bridge32", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Reads the arguments of this process, started by cargo (`cargo-bridge32 bridge32 setup`) or by itself
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
    Build(Build),
    Run(Run),
    Test(Test),
}

/// Make 32-bit builds possible on this machine
///
/// Adds the Rust targets (with rustup, or where that is not possible from the distribution's packages), the C and C++
/// linkers they need, and Wine where Windows programs are to run on Linux. Says what it installs before it does so,
/// asks nothing, and does nothing where everything is there. Where it may not install, it prints the commands to run.
#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// Set up this target alone; may be repeated [default: every target that this machine can build and run]
    #[arg(long = "target", value_name = "TARGET")]
    pub(crate) targets: Vec<Target>,

    /// With a Windows target on Linux: also install Wine, to run what is built
    #[arg(long)]
    pub(crate) wine: bool,

    /// Also install what this language needs: fortran, dotnet; may be repeated
    #[arg(long = "with", value_name = "LANGUAGE")]
    pub(crate) languages: Vec<Language>,
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

/// Build the servers and a program, and run it
///
/// The exit status is the program's. A 32-bit `--target` is that of the servers, a 64-bit one that of the program. On
/// Linux, `--target i686-pc-windows-gnu` runs a Linux program with a Windows server under Wine, and
/// `--target x86_64-pc-windows-gnu` runs both under Wine. Servers that exist on one system only say so in Cargo.toml, and
/// are built for it by default:
///
///     [package.metadata.bridge32]
///     server-targets = ["i686-pc-windows-gnu", "i686-pc-windows-msvc"]
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Run {
    /// The package to run [default: the current one]
    #[arg(short, long, value_name = "PACKAGE")]
    pub(crate) package: Option<String>,

    /// The program to run, where the package has several [default: `default-run`, or the one that is no server]
    #[arg(long, value_name = "NAME")]
    pub(crate) bin: Option<String>,

    #[command(flatten)]
    pub(crate) cargo: CargoOptions,

    /// The target of the servers (32-bit) or of the program (64-bit) [default: what fits this machine and the servers]
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: Option<Target>,

    /// Arguments for the program
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

/// Run every test on every pair of client and server that this machine can run
///
/// On Linux the pairs are `linux` (both on Linux), `windows` (both under Wine) and `linux-windows` (a Linux client with
/// a Windows server under Wine); on Windows there is `windows` alone. All pairs are run, even when one fails. The pair
/// is visible to tests as $BRIDGE32_PAIR. A package that should not be tested on all of them lists its own:
///
///     [package.metadata.bridge32]
///     test-pairs = ["linux"]
///
/// Packages without servers are left out of `linux-windows` unless they list it, and those that need .NET out of what runs
/// under Wine. A package whose tests are to run over more than the transport that its clients take lists
/// those; they are visible to clients and tests as $BRIDGE32_TRANSPORT:
///
///     [package.metadata.bridge32]
///     test-transports = ["shared-memory", "pipe"]
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Test {
    /// The package to test; may be repeated [default: the current one, or all of the workspace]
    #[arg(short, long = "package", value_name = "PACKAGE")]
    pub(crate) packages: Vec<String>,

    /// Test this pair alone; may be repeated [default: all that this machine can run]
    #[arg(long = "pair", value_name = "PAIR")]
    pub(crate) pairs: Vec<Pair>,

    #[command(flatten)]
    pub(crate) cargo: CargoOptions,

    /// Arguments for the test binaries
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

/// What is handed on to cargo.
#[derive(Debug, Default, Args)]
pub(crate) struct CargoOptions {
    /// Build with optimizations; servers also with link-time optimization, unless your own release profile sets `lto`
    #[arg(short, long)]
    pub(crate) release: bool,

    /// Features to activate, separated by commas
    #[arg(short = 'F', long, value_name = "FEATURES")]
    pub(crate) features: Vec<String>,

    /// Do not activate the `default` feature
    #[arg(long)]
    pub(crate) no_default_features: bool,

    /// Require Cargo.lock to be up to date
    #[arg(long)]
    pub(crate) locked: bool,

    /// The package's Cargo.toml [default: the one of the current folder]
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,
}

impl CargoOptions {
    /// These options as cargo's arguments.
    pub(crate) fn args(&self) -> Vec<OsString> {
        let mut args = Vec::<OsString>::new();
        for (set, flag) in [
            (self.release, "--release"),
            (self.no_default_features, "--no-default-features"),
            (self.locked, "--locked"),
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

    /// The folder that cargo puts this profile's programs in.
    pub(crate) fn profile_folder(&self) -> &'static str {
        if self.release { "release" } else { "debug" }
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
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn both_ways_of_calling_are_understood() {
        for line in [
            "cargo-bridge32 bridge32 setup --target i686-pc-windows-gnu",
            "cargo-bridge32 setup --target i686-pc-windows-gnu",
        ] {
            let Command::Setup(setup) = parse(line).command else { panic!("{line} is a setup") };
            assert_eq!(setup.targets, [Target::I686WindowsGnu]);
        }
    }

    #[test]
    fn what_follows_the_dashes_is_the_programs() {
        let Command::Run(run) = parse("cargo-bridge32 run --release -p calc -- --release 1").command else {
            panic!("this is a run")
        };
        assert_eq!(run.package.as_deref(), Some("calc"));
        assert_eq!(run.args, ["--release", "1"]);
        assert_eq!(run.cargo.args(), ["--release"]);
    }
}
