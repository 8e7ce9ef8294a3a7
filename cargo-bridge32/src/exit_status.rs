//! Exit statuses of this command, and of the commands that it runs for the user.

use std::process::Command;

use anyhow::{Context, Result};

/// The exit status if everything went well.
pub(crate) const SUCCESS: i32 = 0;
/// The exit status if this command itself failed.
pub(crate) const FAILURE: i32 = 1;

/// Runs a command with this process's input and output, and returns its exit status. Like a shell, it returns 128 plus the number
/// of the signal that ended it.
///
/// # Errors
/// Fails if the command cannot be started.
pub(crate) fn of(command: &mut Command) -> Result<i32> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("cannot start {name}"))?;
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Ok(128 + signal);
    }
    Ok(status.code().unwrap_or(FAILURE))
}
