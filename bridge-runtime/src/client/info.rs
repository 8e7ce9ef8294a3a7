//! Information about a client's server, for the user.

use std::path::PathBuf;

use crate::handshake::{Agreement, Transport};
use crate::sys::ExitStatus;

/// Information about a client's server; returned by [`Client::server_info`](crate::Client::server_info).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ServerInfo {
    /// The id of its process in this program's system, or of the runner's process if there is one.
    pub pid: u32,
    /// The number of this client's servers so far: 1 for the first, and one more after each restart.
    pub generation: u32,
    /// The path of its executable, as the server reports it.
    pub path: PathBuf,
    /// The architecture it was built for, as in [`std::env::consts::ARCH`]: `x86` for 32 bits, `x86_64` for 64.
    pub architecture: String,
    /// The operating system it was built for, as in [`std::env::consts::OS`]; `windows` under Wine.
    pub os: String,
    /// The native library it has loaded; `None` if the interface has none.
    pub library: Option<PathBuf>,
    /// The transport in use: [`Transport::SharedMemory`] or [`Transport::Pipe`]; [`Transport::Auto`] for a server in this
    /// process, which needs neither.
    pub transport: Transport,
}

/// How a server ended; returned by [`Client::shutdown`](crate::Client::shutdown).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerExit {
    /// Its exit status; `None` for a server that this client did not start, or whose start was aborted.
    pub status: Option<ExitStatus>,
    /// The last 64 KiB that it and its library wrote to standard output; empty if the output was not captured.
    pub stdout: String,
    /// The last 64 KiB that it and its library wrote to standard error; empty if the output was not captured.
    pub stderr: String,
}

impl ServerInfo {
    /// Describes the first server of a client, from the result of the handshake.
    pub(super) fn new(agreement: Agreement) -> Self {
        let Agreement { pid, ready, transport } = agreement;
        Self {
            pid,
            generation: FIRST_GENERATION,
            path: ready.executable.into(),
            architecture: ready.architecture,
            os: ready.os,
            library: ready.library.map(PathBuf::from),
            transport,
        }
    }
}

/// The generation number of a client's first server.
pub(super) const FIRST_GENERATION: u32 = 1;
