//! The other process of what is measured: this program again, in another role.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::{Result, limits, peers};

/// The first argument of a process that plays a role.
pub(crate) const ROLE: &str = "--role";

/// A process that ends with its handle.
pub(crate) struct Other(Child);

impl Drop for Other {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The command that starts this program in a role.
pub(crate) fn command(role: &str, arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([ROLE, role]).args(arguments);
    Ok(command)
}

/// Starts this program in a role.
pub(crate) fn start(role: &str, arguments: &[&str]) -> Result<Other> {
    Ok(Other(command(role, arguments)?.stdin(Stdio::null()).spawn()?))
}

/// Starts this program in a role, with a socket to it as its standard input.
pub(crate) fn connected(role: &str, arguments: &[&str]) -> Result<(UnixStream, Other)> {
    let (ours, theirs) = UnixStream::pair()?;
    let child = command(role, arguments)?.stdin(Stdio::from(OwnedFd::from(theirs))).spawn()?;
    Ok((ours, Other(child)))
}

/// For as long as it lives, this thread and the processes that it starts share one core.
pub(crate) struct OneCore(CpuSet);

impl OneCore {
    pub(crate) fn enter() -> Result<Self> {
        let all = sched_getaffinity(None)?;
        let mut one = CpuSet::new();
        one.set((0..CpuSet::MAX_CPU).rfind(|&core| all.is_set(core)).unwrap_or_default());
        sched_setaffinity(None, &one)?;
        Ok(Self(all))
    }
}

impl Drop for OneCore {
    fn drop(&mut self) {
        sched_setaffinity(None, &self.0).expect("the thread had these cores before");
    }
}

/// What a process does in its role.
pub(crate) fn play(role: &str, arguments: &[&str]) -> Result<()> {
    match (role, arguments) {
        ("empty", []) => Ok(()),
        ("socket", [length]) => limits::echo(length.parse()?),
        ("spinning socket", [length]) => limits::echo_spinning(length.parse()?),
        ("memory", [path]) => limits::echo_memory(path),
        _ => peers::play(role, arguments),
    }
}
