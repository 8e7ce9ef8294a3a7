//! What can go wrong, said so that the reader knows what was tried and what to do.

use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::interface::Difference;
use crate::process::ExitStatus;

/// Why a server could not be started, or a call could not be made.
///
/// One variant per failed step. What the system said is the [`source`](std::error::Error::source), and not repeated in
/// the text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No server program was found.
    #[error("no 32-bit server `{server}` was found; build it with `cargo bridge32 build`, or name it with `.server(path)` or ${variable}; searched:{}", list(.searched))]
    ServerNotFound {
        /// The server's file name.
        server: String,
        /// The environment variable that would name it.
        variable: String,
        /// The places searched, in order, each with what is wrong with a file that is there.
        searched: Vec<String>,
    },

    /// The file given as server is no program that this system can run.
    #[error("{} cannot be the server: it is {found}{}", .path.display(), and_then(.remedy))]
    ServerNotAProgram {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        found: String,
        /// What to do; may be empty.
        remedy: String,
    },

    /// The server program could not be started.
    #[error("the server could not be started with `{command}`")]
    Spawn {
        /// The command line.
        command: String,
        /// What the system said.
        source: io::Error,
    },

    /// The pipe that the server should connect to could not be made.
    #[error("the pipe for the server could not be made")]
    Endpoint(#[source] io::Error),

    /// The connection that was asked for cannot be had.
    #[error("the channel that was asked for cannot be had; `Transport::Auto` takes the best one that can")]
    Transport(#[source] io::Error),

    /// The server ended before it was ready.
    #[error("the server `{command}` ended before it was ready: {status}{}", output(.stderr))]
    ServerNotReady {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The last lines it wrote.
        stderr: String,
    },

    /// The server was not ready in time, and was ended.
    #[error("the server `{command}` was not ready within {after:?} and was ended{}", output(.stderr))]
    StartTimeout {
        /// The command line.
        command: String,
        /// The time it was given.
        after: Duration,
        /// The last lines it wrote.
        stderr: String,
    },

    /// A server that was started by hand cannot be reached.
    #[error("no server listens as `{name}`; start it with `{server} --listen {name}`, as the same user")]
    Connect {
        /// The name it should listen as.
        name: String,
        /// The server's file name.
        server: String,
        /// What the system said.
        source: io::Error,
    },

    /// A server that was started by hand was not ready in time.
    #[error(
        "the server that listens as `{name}` was not ready within {after:?}; it may be busy with a call of another program"
    )]
    ConnectTimeout {
        /// The name it listens as.
        name: String,
        /// The time it was given.
        after: Duration,
    },

    /// Whoever answered is not the server that was started.
    #[error("the process that answered is not the server that was started: {0}")]
    Impostor(String),

    /// The server speaks another version of the protocol.
    #[error(
        "the server speaks version {server} of bridge32's protocol and this program version {client}; build both with the same version of bridge32"
    )]
    ProtocolVersion {
        /// This program's version.
        client: u32,
        /// The server's version.
        server: u32,
    },

    /// The server was built from another version of the interface.
    #[error("the server was built from another version of the interface `{interface}`; build it again with `cargo bridge32 build`; what differs:{}", list(.differences))]
    InterfaceMismatch {
        /// The interface's name.
        interface: String,
        /// Each method that differs, and how.
        differences: Vec<Difference>,
    },

    /// The server could not load the library.
    #[error(transparent)]
    Library(#[from] LibraryError),

    /// The start arguments are missing, or cannot cross.
    #[error("the start arguments of `{interface}` {reason}")]
    Args {
        /// The interface.
        interface: String,
        /// What is wrong with them.
        reason: String,
    },

    /// The server type's own start failed.
    #[error("the server could not begin: {0}")]
    ServerStart(String),

    /// An argument cannot cross, or not be handed to the library. The call was not made.
    #[error("`{method}`: the argument `{parameter}` {reason}")]
    Argument {
        /// The method.
        method: String,
        /// The parameter.
        parameter: String,
        /// What is wrong with it.
        reason: String,
    },

    /// A handle is another server's than the one that was called, most often that of the server before a restart. The
    /// library was not called.
    #[error(
        "`{method}`: the handle `{parameter}` was given out by another server, or by this one before it was started again; open it again"
    )]
    StaleHandle {
        /// The method.
        method: String,
        /// The parameter.
        parameter: String,
    },

    /// The server's code panicked. The server lives on.
    #[error("`{method}` panicked in the server at {location}: {message}")]
    Panic {
        /// The method.
        method: String,
        /// The panic's message.
        message: String,
        /// File, line and column.
        location: String,
    },

    /// The method's `#[check]` says that the function failed; what it wrote was dropped.
    #[error("`{method}` failed: the library reports {value}")]
    Status {
        /// The method.
        method: String,
        /// What the function returned.
        value: i64,
        /// What the system, or the C library, said, where `#[last_error]` or `#[errno]` asks it.
        #[source]
        os_error: Option<SystemError>,
    },

    /// Managed code threw an exception. The server lives on.
    #[error("`{method}` threw {class}: {message}")]
    Exception {
        /// The method.
        method: String,
        /// The exception's class, with its namespace.
        class: String,
        /// Its message.
        message: String,
        /// Where it was thrown, innermost method first, and what had caused it.
        stack_trace: String,
    },

    /// The library does not export what an optional method calls.
    #[error("`{method}`: the library does not export `{symbol}`")]
    SymbolMissing {
        /// The method.
        method: String,
        /// The exported name.
        symbol: String,
    },

    /// A closure that the library called back has panicked, or could not be called with what the library passed. The
    /// library got zero for an answer, and the call came to its end. The server lives on.
    #[error("`{method}`: the callback `{callback}` {reason}")]
    Callback {
        /// The method.
        method: String,
        /// The parameter.
        callback: String,
        /// What happened.
        reason: String,
    },

    /// The call could not be carried out. The server lives on.
    #[error("`{method}`: {reason}")]
    Fault {
        /// The method.
        method: String,
        /// What happened.
        reason: String,
    },

    /// The server is dead. Every later call says the same.
    #[error("the server died: {status}{}", output(.stderr))]
    ServerDied {
        /// How it ended.
        status: ExitStatus,
        /// The last lines it wrote.
        stderr: String,
    },

    /// The call took longer than it may, and the server was given up for it: it was ended, or where this client did not
    /// start it, left to itself.
    #[error("`{method}` took longer than {after:?}, and the server was given up")]
    Timeout {
        /// The method.
        method: String,
        /// The time it was given.
        after: Duration,
    },

    /// An earlier call took longer than it may, and the server was given up for it. Every later call says the same.
    #[error(
        "the server was given up, because an earlier call of `{method}` took longer than {after:?}; have it started again with `.restart(Restart::OnFailure {{ … }})`, or connect again"
    )]
    GivenUp {
        /// The method of the earlier call.
        method: String,
        /// The time it was given.
        after: Duration,
    },

    /// Other threads' calls took all the time that this one might wait. It was not made, and the server lives on.
    #[error("`{method}` was not called: the server was busy with other calls for {after:?}")]
    Busy {
        /// The method.
        method: String,
        /// The time it waited.
        after: Duration,
    },

    /// A call of a batch that stops at the first failure: an earlier one had failed. The call was not made.
    #[error("`{method}` was not called, because call {place} of the batch, of `{failed}`, had failed")]
    NotCalled {
        /// The method.
        method: String,
        /// The method of the call that had failed.
        failed: String,
        /// The place of that call in the batch; the first is 0.
        place: usize,
    },

    /// A [`Pending`](crate::Pending) was kept, and given to another batch than the one that has its call.
    #[error("the result of `{method}` is not one of this batch; return what is pending from the closure that made it")]
    OtherBatch {
        /// The method.
        method: String,
    },

    /// The thread that keeps deadlines could not be started. The call was not made.
    #[error("the thread that keeps deadlines could not be started")]
    Deadline(#[source] io::Error),

    /// The line to the server broke, and how the server ended is not known: it was not started by this program.
    #[error("the connection to the server broke")]
    Disconnected(#[source] io::Error),

    /// What the server sent cannot be understood.
    #[error("what the server sent cannot be understood: {0}")]
    Protocol(String),

    /// The client was shut down.
    #[error("the client was shut down")]
    Shutdown,
}

/// The error of a method that returns `Result<T, E>`.
#[derive(Debug, thiserror::Error)]
pub enum CallError<E> {
    /// The method's own error.
    #[error("{0}")]
    Method(E),
    /// Everything else.
    #[error(transparent)]
    Bridge(#[from] Error),
}

/// Why a library could not be loaded; the same text on both sides of the bridge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// The library was not found.
    #[error("the library `{name}` was not found; put it beside the server, or name it with `.library(path)`; searched:{}", list(.searched))]
    NotFound {
        /// The library's name, as written.
        name: String,
        /// The places searched, in order.
        searched: Vec<String>,
        /// What the system said.
        source: Option<SystemError>,
    },

    /// The library is of another architecture than the process that loads it.
    #[error("{path} is a {library} library; this server is {process}")]
    WrongArchitecture {
        /// The file.
        path: String,
        /// The library's architecture, such as `64-bit (x86_64)`.
        library: String,
        /// The server's, such as `32-bit (x86)`.
        process: String,
    },

    /// The file is no library of this system.
    #[error("{path} is no shared library for {os}: it is {found}")]
    NotALibrary {
        /// The file.
        path: String,
        /// What it is instead.
        found: String,
        /// The server's system.
        os: String,
    },

    /// A library that this one needs was not found.
    #[error("{path} needs {}, which {} not found; put it beside the library, or name its folder with `.library_dir(dir)`", .missing.join(", "), if .missing.len() == 1 { "was" } else { "were" })]
    MissingDependency {
        /// The file.
        path: String,
        /// The libraries that are missing.
        missing: Vec<String>,
        /// What the system said.
        source: SystemError,
    },

    /// The system refused to load the library, for none of the reasons above.
    #[error("{path} could not be loaded")]
    Load {
        /// The file.
        path: String,
        /// What the system said.
        source: SystemError,
    },

    /// The library does not export what the interface calls.
    #[error("{path} does not export what these methods call:{}", list(.missing))]
    MissingSymbols {
        /// The file.
        path: String,
        /// The methods, and the names that were looked up.
        missing: Vec<MissingSymbol>,
    },

    /// There is no .NET in this process to load an assembly with.
    #[error("no .NET was found for a {process} process on {os}; install the .NET Framework (on Windows) or Mono; tried:{}", list(.tried))]
    NoManagedRuntime {
        /// The architecture of the server, such as `32-bit (x86)`.
        process: String,
        /// The server's system.
        os: String,
        /// What was tried, and what came of it.
        tried: Vec<String>,
    },

    /// The file is no assembly of .NET.
    #[error("{path} is no .NET assembly: it is {found}")]
    NotAnAssembly {
        /// The file.
        path: String,
        /// What it is instead.
        found: String,
    },

    /// Managed code threw an exception while the assembly was loaded, or its objects were made.
    #[error("{path} could not be loaded: it threw {class}: {message}")]
    Exception {
        /// The file.
        path: String,
        /// The exception's class, with its namespace.
        class: String,
        /// Its message.
        message: String,
    },

    /// The assembly does not have what the interface calls.
    #[error("{path} does not have what these methods call:{}", list(.missing))]
    MissingMethods {
        /// The file.
        path: String,
        /// The methods, and what the assembly has instead.
        missing: Vec<MissingMethod>,
    },
}

/// A managed method that an assembly lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingMethod {
    /// The method of the interface that calls it.
    pub method: String,
    /// What the assembly does not have.
    pub wanted: String,
    /// What it has instead.
    pub found: Vec<String>,
}

impl Display for MissingMethod {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: no {}", self.method, self.wanted)?;
        if !self.found.is_empty() {
            let found: Vec<_> = self.found.iter().map(|found| format!("`{found}`")).collect();
            write!(f, "; there is {}", found.join(", "))?;
        }
        Ok(())
    }
}

/// A symbol that a library lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingSymbol {
    /// The method that calls it.
    pub method: String,
    /// The names that were looked up.
    pub names: Vec<String>,
    /// Exported names that look alike.
    pub similar: Vec<String>,
}

impl Display for MissingSymbol {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: no symbol {}", self.method, self.names.join(" or "))?;
        if !self.similar.is_empty() {
            write!(f, "; the library has {}", self.similar.join(", "))?;
        }
        Ok(())
    }
}

/// What an operating system said, in a form that crosses the bridge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct SystemError {
    /// The system's number, if it gave one.
    pub code: Option<i32>,
    /// The system's text.
    pub message: String,
}

impl From<io::Error> for SystemError {
    fn from(error: io::Error) -> Self {
        Self { code: error.raw_os_error(), message: error.to_string() }
    }
}

/// An error with all its causes, for where only text can go.
pub(crate) fn with_sources(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

fn list(items: &[impl Display]) -> String {
    items.iter().map(|item| format!("\n  {item}")).collect()
}

fn output(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("; it wrote:\n{}", text.trim_end()) }
}

fn and_then(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("; {text}") }
}
