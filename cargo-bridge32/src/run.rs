//! `run`: builds the servers, then builds and runs a program.

use anyhow::Result;

use crate::server::{self, HOW_TO_DECLARE};
use crate::setup::{self, Needs};
use crate::target::Sides;
use crate::toolchain::Toolchains;
use crate::workspace::Workspace;
use crate::{build, cli, client_side, exit_status, profile};

/// Runs the subcommand, and returns the program's exit status.
///
/// # Errors
/// Fails if the program or one of its servers does not build.
pub(crate) fn main(options: &cli::Run) -> Result<i32> {
    let toolchains = Toolchains::find()?;
    let host = toolchains.host()?;
    let workspace = Workspace::load(options.cargo.manifest_path.as_deref())?;
    let package = workspace.select_one(options.package.as_deref(), &options.cargo.working_folder()?)?;
    let program = match &options.example {
        Some(example) => ["--example", package.example(example)?],
        None => ["--bin", package.program(options.bin.as_deref())?],
    };
    let servers = workspace.servers(&[package]);
    if servers.is_empty() {
        eprintln!("warning: no server found in {} and its dependencies; {HOW_TO_DECLARE}", package.name);
    }

    let sides = match options.target {
        Some(target) => Sides::choose(host, target),
        None => Sides { client: host, server: server::default_target(&servers, host)? },
    };
    let needs = Needs::to_run(host, sides).with_languages(workspace.languages(&[package]));
    setup::ensure(&needs.with_packages(workspace.system_packages(&[package])), host, &toolchains)?;
    build::build(&servers, sides.server, &workspace, &options.cargo, &toolchains)?;

    let mut command = workspace.cargo(&toolchains, sides.client)?;
    command.args(["run", "--package", &package.name]).args(program).args(options.cargo.args());
    if options.cargo.profile().is_release() && package.settings.program_lto {
        command.args(profile::optimization(workspace.root())?);
    }
    client_side::configure(&mut command, host, sides, &workspace, &servers, &options.cargo)?;
    command.arg("--").args(&options.args);
    exit_status::of(&mut command)
}
