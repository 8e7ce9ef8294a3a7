//! Starts the other process of a measurement: this program again, in another role.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use crate::result::Result;

/// The first argument of a process that has a role; the second one is the role.
pub(crate) const ROLE: &str = "--role";

/// A process that is killed when this is dropped.
pub(crate) struct OtherProcess(Child);

impl Drop for OtherProcess {
    fn drop(&mut self) {
        // Both fail only if the process has ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns the command that starts this program in a role.
pub(crate) fn command(role: &str, arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([ROLE, role]).args(arguments);
    Ok(command)
}

/// Starts this program in a role.
#[cfg(feature = "peers")]
pub(crate) fn start(role: &str, arguments: &[&str]) -> Result<OtherProcess> {
    Ok(OtherProcess(command(role, arguments)?.stdin(Stdio::null()).spawn()?))
}

/// Starts this program in a role, with a socket to it as its standard input.
pub(crate) fn start_with_socket(role: &str, arguments: &[&str]) -> Result<(UnixStream, OtherProcess)> {
    let (ours, theirs) = UnixStream::pair()?;
    let child = command(role, arguments)?.stdin(Stdio::from(OwnedFd::from(theirs))).spawn()?;
    Ok((ours, OtherProcess(child)))
}
