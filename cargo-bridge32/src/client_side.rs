//! Configures the cargo command that builds and runs the client's side.

use std::process::Command;

use anyhow::Result;

use crate::cli::CargoOptions;
use crate::server::Server;
use crate::setup::wine;
use crate::target::{Sides, Target};
use crate::workspace::Workspace;

/// Makes a cargo command build for the client's target, and sets the environment in which the client finds its servers.
///
/// # Errors
/// Fails if the user has no home folder, or Wine cannot be started.
pub(crate) fn configure(
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
    command.envs(wine::environment()?);
    wine::keep_server_running()?;
    if sides.client.is_windows() {
        // The client starts its server by itself under Wine, and finds it in cargo's folder.
        let runner = sides.client.runner_variable();
        if std::env::var_os(&runner).is_none() {
            command.env(runner, "wine");
        }
        return Ok(());
    }
    // By itself, a Linux client only looks for Linux servers.
    command.env("BRIDGE32_RUNNER", "wine");
    for server in servers {
        command.env(server.variable(), workspace.program_file(server.bin, sides.server, options.profile()));
    }
    Ok(())
}
