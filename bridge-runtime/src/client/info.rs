//! What a client knows about its server.

use std::path::PathBuf;

use crate::handshake::{Agreement, Transport};
use crate::sys::ExitStatus;

/// The server that a client talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerInfo {
    /// The id of its process on this program's system, or of the runner's process if there is one.
    pub pid: u32,
    /// Which of this client's servers it is: 1 for the first, and one more after each restart.
    pub generation: u32,
    /// The path of its executable, by its own account.
    pub path: PathBuf,
    /// The architecture it runs as, as [`std::env::consts::ARCH`] names it: `x86` for 32 bits, `x86_64` for 64.
    pub architecture: String,
    /// The system it runs on, as [`std::env::consts::OS`] names it.
    pub os: String,
    /// The native library it loaded.
    pub library: Option<PathBuf>,
    /// How messages are exchanged: [`Transport::SharedMemory`] or [`Transport::Pipe`]; [`Transport::Auto`] for a server in this
    /// process, which needs neither.
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

/// Describes the first server of a client by what it has said in the handshake.
pub(super) fn describe(agreement: Agreement) -> ServerInfo {
    let Agreement { pid, ready, transport } = agreement;
    ServerInfo {
        pid,
        generation: FIRST,
        path: ready.executable.into(),
        architecture: ready.architecture,
        os: ready.os,
        library: ready.library.map(PathBuf::from),
        transport,
    }
}

/// The generation of a client's first server.
pub(super) const FIRST: u32 = 1;
