//! The C header of a drop-in library. A 64-bit program prints it: only that knows how 64-bit C has the types.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::build::Archive;
use super::exports::Exports;
use super::link;
use crate::exit_status::{self, SUCCESS};
use crate::setup::wine;
use crate::target::Target;

/// Writes the header.
///
/// # Errors
/// Fails if the program that prints it cannot be linked, or does not run.
pub(super) fn write(archive: &Archive, exports: &Exports, file: &Path, target: Target) -> Result<()> {
    let folder = tempfile::tempdir().context("there is no place for temporary files")?;
    let program = folder.path().join(format!("print-header{}", target.exe_suffix()));
    link::link_program(archive, &exports.header_printer, &program, target)?;
    let mut command = match target.is_windows() && !cfg!(windows) {
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
    command.stdin(Stdio::null()).stdout(out.reopen()?).stderr(errors.reopen()?);
    if exit_status::of(&mut command)? != SUCCESS {
        bail!("the program that prints the header fails:\n{}", fs::read_to_string(errors.path())?);
    }
    let header = fs::read_to_string(out.path())?.replace("\r\n", "\n");
    fs::write(file, header).with_context(|| format!("cannot write {}", file.display()))
}
