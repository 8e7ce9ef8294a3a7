//! The C header of a drop-in library. A 64-bit build of the server prints it: only that knows how 64-bit C has the types.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::build::DropInBuild;
use crate::exit_status::{self, SUCCESS};
use crate::server::Server;
use crate::setup::wine;
use crate::workspace::Workspace;

/// Writes the header.
///
/// # Errors
/// Fails if the server, which was built for 64 bits, does not run.
pub(super) fn write(build: &DropInBuild<'_>, server: Server<'_>, file: &Path, workspace: &Workspace) -> Result<()> {
    let DropInBuild { host, sides, options, .. } = build;
    let target = Some(sides.client).filter(|client| client != host);
    let program = workspace.program_folder_of(target, options.cargo.profile()).join(format!(
        "{}{}",
        server.bin,
        sides.client.exe_suffix()
    ));
    let mut command = match sides.client.is_windows() && !cfg!(windows) {
        true => {
            wine::keep_server_running()?;
            let mut command = Command::new("wine");
            command.arg(&program).envs(wine::environment()?);
            command
        }
        false => Command::new(&program),
    };
    // Not through pipes: programs that Wine starts by itself would keep them open.
    let (out, errors) = (tempfile::NamedTempFile::new()?, tempfile::NamedTempFile::new()?);
    command.arg("--c-header").stdin(Stdio::null()).stdout(out.reopen()?).stderr(errors.reopen()?);
    if exit_status::of(&mut command)? != SUCCESS {
        bail!("the server does not print the header:\n{}", fs::read_to_string(errors.path())?);
    }
    let header = fs::read_to_string(out.path())?.replace("\r\n", "\n");
    fs::write(file, header).with_context(|| format!("cannot write {}", file.display()))
}
