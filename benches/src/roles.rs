//! What this program does when it is the other process of a measurement.

use crate::result::Result;
use crate::{limits, peers};

/// Runs a role until the measuring process closes the connection.
pub(crate) fn run(role: &str, arguments: &[&str]) -> Result<()> {
    match (role, arguments) {
        (limits::EMPTY, []) => Ok(()),
        (limits::SOCKET, [length]) => limits::echo(length.parse()?),
        (limits::SPINNING_SOCKET, [length]) => limits::echo_spinning(length.parse()?),
        _ => peers::serve(role, arguments),
    }
}
