//! `build`: builds the servers for the 32-bit target.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use crate::c_runtime;
use crate::cli::{self, CargoOptions};
use crate::executable;
use crate::exit_status::{self, SUCCESS};
use crate::profile;
use crate::server::{self, HOW_TO_DECLARE, Server};
use crate::setup::{self, Needs, wine};
use crate::target::Target;
use crate::toolchain::Toolchains;
use crate::workspace::Workspace;

/// Runs the subcommand.
///
/// # Errors
/// Fails if there is no server, or one does not build.
pub(crate) fn main(options: &cli::Build) -> Result<()> {
    let toolchains = Toolchains::find()?;
    let host = toolchains.host()?;
    let workspace = Workspace::load(options.cargo.manifest_path.as_deref())?;
    let packages = workspace.select(&options.packages, &options.cargo.working_folder()?)?;
    let servers = workspace.servers(&packages);
    if servers.is_empty() {
        let names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
        bail!("no server found in {}; {HOW_TO_DECLARE}", names.join(", "));
    }
    let mut targets = BTreeMap::<_, Vec<_>>::new();
    if let Some(target) = options.target.filter(|target| target.server() != *target) {
        bail!("{target} is a target for 64-bit programs, and servers are 32-bit; use `--target {}`", target.server());
    }
    for server in servers {
        let target = match options.target {
            Some(target) => target,
            None => server::default_target(&[server], host)?,
        };
        targets.entry(target).or_default().push(server);
    }
    let needs = Needs::to_build(targets.keys().copied()).with_languages(workspace.languages(&packages));
    setup::ensure(&needs.with_packages(workspace.system_packages(&packages)), host, &toolchains)?;
    for (target, servers) in targets {
        build(&servers, target, &workspace, &options.cargo, &toolchains)?;
        for server in servers {
            if !options.cargo.quiet {
                eprintln!("{}", workspace.program_file(server.bin, target, options.cargo.profile()).display());
            }
        }
    }
    Ok(())
}

/// Builds servers; does nothing if there are none.
///
/// # Errors
/// Fails if one does not build.
pub(crate) fn build(
    servers: &[Server<'_>],
    target: Target,
    workspace: &Workspace,
    options: &CargoOptions,
    toolchains: &Toolchains,
) -> Result<()> {
    if servers.is_empty() {
        return Ok(());
    }
    let mut command = workspace.cargo(toolchains, target)?;
    command.arg("build").args(["--target", target.triple()]).args(options.args());
    command.args(options.profile().unwinding());
    command.envs(c_runtime::flags(target)?);
    if options.profile().is_release() {
        command.args(profile::optimization(workspace.root())?);
    }
    for server in servers {
        command.args(["--package", server.package, "--bin", server.bin]);
    }
    if exit_status::of(&mut command)? != SUCCESS {
        bail!("the servers for {target} did not build; cargo says why above");
    }
    if target.is_windows() {
        for server in servers {
            executable::complete(&workspace.program_file(server.bin, target, options.profile()))?;
        }
    }
    if target.is_windows() && !cfg!(windows) {
        wine::ship_shim(target, &workspace.program_folder(target, options.profile()))?;
    }
    Ok(())
}
