//! `build`: the servers, for the 32-bit target.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cli::{self, CargoOptions};
use crate::release;
use crate::setup::{self, Needs};
use crate::target::Target;
use crate::toolchain::Toolchains;
use crate::workspace::{HOW_TO_DECLARE, Server, Workspace};

/// Runs the subcommand.
///
/// # Errors
/// Where there is no server, or one does not build.
pub(crate) fn main(options: &cli::Build) -> Result<()> {
    let toolchains = Toolchains::find()?;
    let host = crate::host(&toolchains)?;
    let workspace = Workspace::load(options.cargo.manifest_path.as_deref())?;
    let packages = workspace.select(&options.packages, &folder(&options.cargo)?)?;
    let servers = workspace.servers(&packages);
    if servers.is_empty() {
        let names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
        bail!("no server found in {}; {HOW_TO_DECLARE}", names.join(", "));
    }
    let mut targets = BTreeMap::<_, Vec<_>>::new();
    for server in servers {
        let target = match options.target {
            Some(target) => target.server(),
            None => server_target(&[server], host)?,
        };
        targets.entry(target).or_default().push(server);
    }
    let needs = Needs::to_build(targets.keys().copied()).with(workspace.languages(&packages));
    setup::ensure(&needs.with_packages(workspace.packages(&packages)), host, &toolchains)?;
    for (target, servers) in targets {
        build(&servers, target, &workspace, &options.cargo, &toolchains)?;
        for server in servers {
            eprintln!("{}", workspace.program_file(server.bin, target, options.cargo.profile_folder()).display());
        }
    }
    Ok(())
}

/// The target of servers where the user names none: this host's own, or the first that all of them can be for.
///
/// # Errors
/// Where there is none.
pub(crate) fn server_target(servers: &[Server<'_>], host: Target) -> Result<Target> {
    let targets = std::iter::once(host.server()).chain(Target::ALL).filter(|target| target.is_32bit());
    let mut possible = targets.filter(|target| setup::can_build(host, *target));
    possible.find(|target| servers.iter().all(|server| server.can_be_for(*target))).with_context(|| {
        let names: Vec<_> = servers.iter().map(|server| server.bin).collect();
        format!("{host} builds for none of the `server-targets` that {} can have", names.join(" and "))
    })
}

/// Builds servers; nothing where there are none.
///
/// # Errors
/// Where one does not build.
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
    let mut command = toolchains.cargo(target)?;
    command.arg("build").args(["--target", target.triple()]).args(options.args());
    if options.release {
        command.args(release::arguments(workspace.root())?);
    }
    for server in servers {
        command.args(["--package", server.package, "--bin", server.bin]);
    }
    let status = status(&mut command)?;
    if status != 0 {
        bail!("the servers for {target} did not build; cargo says why above");
    }
    Ok(())
}

/// Runs a command that the user sees, to its end, and returns its exit status; a signal's as shells give it.
///
/// # Errors
/// Where it cannot be started.
pub(crate) fn status(command: &mut Command) -> Result<i32> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("cannot start {name}"))?;
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Ok(128 + signal);
    }
    Ok(status.code().unwrap_or(1))
}

/// The folder that the user works in: the manifest's, where one is named.
///
/// # Errors
/// Where it is not there.
pub(crate) fn folder(options: &CargoOptions) -> Result<PathBuf> {
    match &options.manifest_path {
        Some(path) => {
            let path = path.canonicalize().with_context(|| format!("cannot find {}", path.display()))?;
            Ok(path.parent().map(Path::to_owned).unwrap_or_default())
        }
        None => env::current_dir().context("cannot tell the current folder"),
    }
}
