//! The process of a server, for the thread that waits for it and for those that end it.

use std::io;
use std::process::{Child, ChildStderr, ChildStdout};

use shared_child::SharedChild;

use crate::sys;

/// A process that was started.
#[derive(Debug)]
pub(super) struct ServerProcess {
    pid: u32,
    /// `None` if the process has ended and the program has taken its status away before this was created.
    child: Option<SharedChild>,
}

/// The captured outputs of a process.
pub(super) struct Outputs {
    pub(super) stdout: Option<ChildStdout>,
    pub(super) stderr: Option<ChildStderr>,
}

impl ServerProcess {
    /// Takes a process over. It must not have been waited for.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn new(mut child: Child) -> io::Result<(Self, Outputs)> {
        let outputs = Outputs { stdout: child.stdout.take(), stderr: child.stderr.take() };
        let pid = child.id();
        let child = match SharedChild::new(child) {
            Ok(child) => Some(child),
            Err(error) if sys::is_no_child(&error) => None,
            Err(error) => return Err(error),
        };
        Ok((Self { pid, child }, outputs))
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits until the process has ended. Returns how it ended; `None` if the program ignores `SIGCHLD` or has waited for the
    /// process itself, so that the system does not say.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn wait(&self) -> io::Result<Option<std::process::ExitStatus>> {
        let Some(child) = &self.child else { return Ok(None) };
        match child.wait() {
            Ok(status) => Ok(Some(status)),
            Err(error) if sys::is_no_child(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks the process to end; returns whether it could be asked.
    pub(super) fn ask_to_end(&self) -> bool {
        self.child.as_ref().is_some_and(sys::ask_to_end)
    }

    /// Kills the process. Must not be called after [`ServerProcess::wait`] has returned: another process may have the id then.
    ///
    /// # Errors
    /// The system's, also for a process that is exiting already.
    pub(super) fn kill(&self) -> io::Result<()> {
        match self.child.as_ref().map_or(Ok(()), SharedChild::kill) {
            // It has ended, and the thread that waits for it is about to record that.
            Err(error) if sys::is_no_child(&error) => Ok(()),
            result => result,
        }
    }
}
