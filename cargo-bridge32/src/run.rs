//! `run`: a program, with its servers built before it.

use std::process::Command;

use anyhow::Result;

use crate::build;
use crate::cli::{self, CargoOptions};
use crate::release;
use crate::setup::{self, Needs};
use crate::target::{Sides, Target};
use crate::toolchain::Toolchains;
use crate::workspace::{HOW_TO_DECLARE, Server, Workspace};

/// Runs the subcommand. The exit status is the program's.
///
/// # Errors
/// Where the program or a server of it does not build.
pub(crate) fn main(options: &cli::Run) -> Result<i32> {
    let toolchains = Toolchains::find()?;
    let host = crate::host(&toolchains)?;
    let workspace = Workspace::load(options.cargo.manifest_path.as_deref())?;
    let package = workspace.select_one(options.package.as_deref(), &build::folder(&options.cargo)?)?;
    let program = package.program(options.bin.as_deref())?;
    let servers = workspace.servers(&[package]);
    if servers.is_empty() {
        eprintln!("warning: no server found in {} and what it depends on; {HOW_TO_DECLARE}", package.name);
    }

    let sides = match options.target {
        Some(target) => Sides::choose(host, target),
        None => Sides { client: host, server: build::server_target(&servers, host)? },
    };
    let needs = Needs::to_run(host, sides).with(workspace.languages(&[package]));
    setup::ensure(&needs.with_packages(workspace.packages(&[package])), host, &toolchains)?;
    build::build(&servers, sides.server, &workspace, &options.cargo, &toolchains)?;

    let mut command = toolchains.cargo(sides.client)?;
    command.args(["run", "--package", &package.name, "--bin", program]).args(options.cargo.args());
    if options.cargo.release && package.program_lto {
        command.args(release::arguments(workspace.root())?);
    }
    meet(&mut command, host, sides, &workspace, &servers, &options.cargo)?;
    command.arg("--").args(&options.args);
    build::status(&mut command)
}

/// Makes a cargo command build its programs for the client's side, and lets them find the servers of the other.
///
/// # Errors
/// Where the user has no home folder.
pub(crate) fn meet(
    command: &mut Command,
    host: Target,
    sides: Sides,
    workspace: &Workspace,
    servers: &[Server<'_>],
    options: &CargoOptions,
) -> Result<()> {
    if sides.client != host {
        command.args(["--target", sides.client.triple()]);
    }
    if host.is_windows() || !(sides.client.is_windows() || sides.server.is_windows()) {
        return Ok(());
    }
    command.envs(setup::wine_environment()?);
    setup::keep_wine_server()?;
    if sides.client.is_windows() {
        // Wine starts the servers by itself, and the program finds them where cargo puts them.
        let runner = sides.client.runner_variable();
        if std::env::var_os(&runner).is_none() {
            command.env(runner, "wine");
        }
        return Ok(());
    }
    // A client looks for servers of its own system: these it must be told of.
    command.env("BRIDGE32_RUNNER", "wine");
    for server in servers {
        command.env(server.variable(), workspace.program_file(server.bin, sides.server, options.profile_folder()));
    }
    Ok(())
}
