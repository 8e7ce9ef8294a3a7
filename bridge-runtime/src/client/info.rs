//! What a client knows of its server.

use std::path::PathBuf;

use super::Transport;
use crate::sys::ExitStatus;

/// The server that a client talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerInfo {
    /// The number of its process, as this program's system knows it; of the runner's, where there is one.
    pub pid: u32,
    /// Which of this client's servers it is: 1 is the first, and each restart counts one further.
    pub generation: u32,
    /// Its executable, as it sees it itself.
    pub path: PathBuf,
    /// The architecture it runs as, as [`std::env::consts::ARCH`] names it: `x86` for 32 bits, `x86_64` for 64.
    pub architecture: String,
    /// The system it runs on, as [`std::env::consts::OS`] names it.
    pub os: String,
    /// The native library it loaded.
    pub library: Option<PathBuf>,
    /// What its calls travel over: [`Transport::SharedMemory`] or [`Transport::Pipe`]; [`Transport::Auto`] for a server in this process, which
    /// needs neither.
    pub transport: Transport,
}

/// How a server ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerExit {
    /// Its exit status; `None` for a server that this client did not start.
    pub status: Option<ExitStatus>,
    /// The end of what it and its library wrote to standard output, where that was captured.
    pub stdout: String,
    /// The end of what it and its library wrote to standard error, where that was captured.
    pub stderr: String,
}
