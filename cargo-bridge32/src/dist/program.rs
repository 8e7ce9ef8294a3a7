//! Builds the program that is shipped.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::cli::CargoOptions;
use crate::package::Package;
use crate::profile;
use crate::target::Target;
use crate::toolchain::Toolchains;
use crate::workspace::Workspace;

/// Builds a program, and returns its path.
///
/// # Errors
/// Fails if it does not build.
pub(super) fn build(
    package: &Package,
    bin: &str,
    host: Target,
    target: Target,
    workspace: &Workspace,
    options: &CargoOptions,
    toolchains: &Toolchains,
) -> Result<PathBuf> {
    let mut command = workspace.cargo(toolchains, target)?;
    command.args(["build", "--package", &package.name, "--bin", bin]).args(options.args());
    if target != host {
        command.args(["--target", target.triple()]);
    }
    if options.profile().is_release() && package.settings.program_lto {
        command.args(profile::optimization(workspace.root())?);
    }
    // Cargo itself says where it puts the program, which depends on the user's configuration.
    command.arg("--message-format=json-render-diagnostics").stdout(Stdio::piped());
    let mut cargo = command.spawn().context("cannot start cargo")?;
    let output = cargo.stdout.take().context("cargo has no output")?;
    let mut program = None;
    for line in BufReader::new(output).lines() {
        let line = line.context("cannot read cargo's output")?;
        let Ok(message) = serde_json::from_str::<serde_json::Value>(&line) else { continue };
        if message["target"]["name"] == bin
            && let Some(executable) = message["executable"].as_str()
        {
            program = Some(executable.into());
        }
    }
    if !cargo.wait().context("cannot wait for cargo")?.success() {
        bail!("`{bin}` did not build; cargo says why above");
    }
    program.with_context(|| format!("cargo does not say where `{bin}` is"))
}
