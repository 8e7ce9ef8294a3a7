//! The errors that users see: what failed, the system's reason, and where possible what to do about it.

mod call;
mod chain;
mod library;
pub mod method_error;
#[cfg(test)]
mod tests;

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

pub use call::CallError;
pub(crate) use chain::with_sources;
use chain::{list, output, write_chain};
pub use library::{LibraryError, MissingMethod, MissingSymbol, WrongSymbol};

use crate::interface::Difference;
use crate::sys::{self, CrashedIn, ExitStatus, SystemError};

/// Why a server could not be started or a call failed.
///
/// There is one variant per failed step. The system's error is the [`source`](std::error::Error::source); the text does not
/// repeat it. `Debug` prints the text and then a line for each cause, because a `main` that returns an error prints that.
///
/// Before you repeat a call that failed, ask [`was_called`](Error::was_called) whether it may have had an effect.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No server program was found.
    #[error("no 32-bit server `{server}` was found; build it with `cargo bridge32 build`, or name it with `.server(path)` or ${variable}; searched:{}", list(.searched))]
    #[non_exhaustive]
    ServerNotFound {
        /// The server's file name.
        server: String,
        /// The environment variable that can name it.
        variable: String,
        /// The places searched, in order, each with what is wrong with a file that is there.
        searched: Vec<String>,
    },

    /// The file given as server is not a program that this system can run.
    #[error("{} cannot be the server: it is {found}{}", .path.display(), and_then(.remedy))]
    #[non_exhaustive]
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
    #[non_exhaustive]
    Spawn {
        /// The command line.
        command: String,
        /// The system's error.
        source: io::Error,
    },

    /// The pipe that the server is to connect to could not be created.
    #[error("the pipe for the server could not be created")]
    #[non_exhaustive]
    Endpoint {
        /// The system's error.
        source: io::Error,
    },

    /// The server said that it had connected to the pipe, and the connection could not be accepted.
    #[error("the server's connection could not be accepted")]
    #[non_exhaustive]
    Accept {
        /// The system's error.
        source: io::Error,
    },

    /// The system gave no random bytes for the secret that client and server prove themselves with.
    #[error("the system gave no random bytes for the server's secret")]
    #[non_exhaustive]
    Random {
        /// The system's error.
        source: io::Error,
    },

    /// A thread that a client needs could not be started.
    #[error("the thread `{thread}` could not be started")]
    #[non_exhaustive]
    Thread {
        /// The thread's name.
        thread: String,
        /// The system's error.
        source: io::Error,
    },

    /// The current folder, which relative paths start from, could not be read.
    #[error("the current folder could not be read; use absolute paths")]
    #[non_exhaustive]
    CurrentDir {
        /// The system's error.
        source: io::Error,
    },

    /// A path that the server is to use cannot be sent to it.
    #[error("the path `{}` {reason}", .path.display())]
    #[non_exhaustive]
    Path {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// An environment variable has no valid value.
    #[error("the environment variable `{variable}` {reason}")]
    #[non_exhaustive]
    Environment {
        /// The variable.
        variable: String,
        /// What is wrong with it.
        reason: String,
    },

    /// The transport that was asked for is not available.
    #[error("the transport that was asked for is not available; `Transport::Auto` takes the best one that is")]
    #[non_exhaustive]
    Transport {
        /// Why it is not.
        source: io::Error,
    },

    /// The server ended before it was ready.
    #[error("the server `{command}` ended before it was ready: {status}{}", output(.stdout, .stderr))]
    #[non_exhaustive]
    ServerNotReady {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The end of its standard output.
        stdout: String,
        /// The end of its standard error.
        stderr: String,
    },

    /// The server was not ready in time and was ended.
    #[error(
        "the server `{command}` was not ready within {after:?} and was ended; `.start_timeout(…)` gives it more time{}",
        output(.stdout, .stderr)
    )]
    #[non_exhaustive]
    StartTimeout {
        /// The command line.
        command: String,
        /// The time it was given.
        after: Duration,
        /// The end of its standard output.
        stdout: String,
        /// The end of its standard error.
        stderr: String,
    },

    /// A server that was started by hand cannot be reached.
    #[error("no server listens as `{name}`; start it with `{server} --listen {name}`, as the same user")]
    #[non_exhaustive]
    Connect {
        /// The name it should listen as.
        name: String,
        /// The server's file name.
        server: String,
        /// The system's error.
        source: io::Error,
    },

    /// A server that was started by hand was not ready in time.
    #[error(
        "the server that listens as `{name}` was not ready within {after:?}; it may be busy with a call of another program"
    )]
    #[non_exhaustive]
    ConnectTimeout {
        /// The name it listens as.
        name: String,
        /// The time it was given.
        after: Duration,
    },

    /// The process that answered is not the server that was started.
    #[error("the process that answered is not the server that was started: {reason}")]
    #[non_exhaustive]
    Impostor {
        /// How it was recognized.
        reason: String,
    },

    /// The server speaks another version of the protocol.
    #[error(
        "the server speaks version {server} of bridge32's protocol and this program version {client}; build both with the same version of bridge32"
    )]
    #[non_exhaustive]
    ProtocolVersion {
        /// This program's version.
        client: u32,
        /// The server's version.
        server: u32,
    },

    /// The server was built from another version of the interface.
    #[error("the server was built from another version of the interface `{interface}`; build it again with `cargo bridge32 build`; what differs:{}", list(.differences))]
    #[non_exhaustive]
    InterfaceMismatch {
        /// The interface's name.
        interface: String,
        /// Each method that differs, and how.
        differences: Vec<Difference>,
    },

    /// The server could not load the library. This is the [`LibraryError`] itself, with its text and its source.
    #[error(transparent)]
    Library(#[from] LibraryError),

    /// The start arguments are missing or cannot be sent.
    #[error("the start arguments of `{interface}` {reason}")]
    #[non_exhaustive]
    Args {
        /// The interface.
        interface: String,
        /// What is wrong with them.
        reason: String,
    },

    /// The server type's own start failed.
    #[error("the server could not begin: {reason}{}", output(.stdout, .stderr))]
    #[non_exhaustive]
    ServerStart {
        /// The server's error, with its causes.
        reason: String,
        /// The end of its standard output; empty if this program did not start it.
        stdout: String,
        /// The end of its standard error, in the same way.
        stderr: String,
    },

    /// An argument cannot be sent or passed to the library. The function that it is meant for was not called.
    #[error("`{method}`: the argument `{parameter}` {reason}")]
    #[non_exhaustive]
    Argument {
        /// The method.
        method: String,
        /// The parameter.
        parameter: String,
        /// What is wrong with it.
        reason: String,
        /// See [`Error::was_called`]. `None` if the method may have called other functions before.
        was_called: Option<bool>,
    },

    /// A handle was given out by another server than the one that was called, most often by that of before a restart. The
    /// function that it is meant for was not called.
    #[error(
        "`{method}`: the handle `{parameter}` was given out by another server, or by this one before it was started again; open it again"
    )]
    #[non_exhaustive]
    StaleHandle {
        /// The method.
        method: String,
        /// The parameter.
        parameter: String,
        /// See [`Error::was_called`]. `None` if the method may have called other functions before.
        was_called: Option<bool>,
    },

    /// The server's code panicked. The server lives on.
    #[error("`{method}` panicked in the server at {location}: {message}")]
    #[non_exhaustive]
    Panic {
        /// The method.
        method: String,
        /// The panic's message.
        message: String,
        /// File, line and column.
        location: String,
    },

    /// The function failed by the method's `#[check]`; what it wrote was dropped.
    #[error("`{method}` failed: the library reports {}{}", status(*value), said(text.as_deref()))]
    #[non_exhaustive]
    Status {
        /// The method.
        method: String,
        /// What the function returned.
        value: i64,
        /// The error of the system or the C library, if `#[last_error]` or `#[errno]` asks for it.
        #[source]
        os_error: Option<SystemError>,
        /// What the library says about it, if the `#[check]` has a `text`.
        text: Option<String>,
    },

    /// Managed code threw an exception. The server lives on.
    #[error("`{method}` threw {class}: {message}")]
    #[non_exhaustive]
    Exception {
        /// The method.
        method: String,
        /// The exception's class, with its namespace.
        class: String,
        /// Its message.
        message: String,
        /// Where it was thrown, innermost method first, followed by its causes.
        stack_trace: String,
    },

    /// The library does not export the function of an optional method.
    #[error("`{method}`: the library does not export `{symbol}`{}", has(.similar))]
    #[non_exhaustive]
    SymbolMissing {
        /// The method.
        method: String,
        /// The exported name.
        symbol: String,
        /// Exported names that look alike.
        similar: Vec<String>,
        /// See [`Error::was_called`]. `None` if the method may have called other functions before.
        was_called: Option<bool>,
    },

    /// The library's function does not have the calling convention or the parameters that the interface declares. Its result
    /// was dropped. The server lives on, but the function has run, with arguments that may have been in the wrong places.
    ///
    /// The first call of each function is checked, on 32-bit x86 only. Not every mistake shows; `docs/hard-cases.md` of the
    /// repository lists those that do not.
    #[error("`{method}`: `{function}`, which is declared as {declared}, {finding}")]
    #[non_exhaustive]
    CallingConvention {
        /// The method.
        method: String,
        /// The exported name of the function: the method's own, or that of its `#[free_with]`.
        function: String,
        /// The declared calling convention.
        declared: String,
        /// How many bytes the function took off the stack when it returned.
        popped: u32,
        /// What the function did and what its declaration should be, as a predicate whose subject is the function.
        finding: String,
    },

    /// A closure that the library called back panicked, or could not be called with what the library passed. The library
    /// got zero as the closure's result, or the value in `#[on_error(…)]`, and the call went on to its end. The server lives on.
    #[error("`{method}`: the callback `{callback}` {reason}")]
    #[non_exhaustive]
    Callback {
        /// The method.
        method: String,
        /// The parameter.
        callback: String,
        /// What happened.
        reason: String,
    },

    /// The call could not be carried out, or its result could not be sent. The server lives on.
    #[error("`{method}`: {reason}")]
    #[non_exhaustive]
    Fault {
        /// The method.
        method: String,
        /// What happened.
        reason: String,
    },

    /// The server died. Every later call reports the same, unless the server is started again.
    #[error("the server died{}: {status}{}{}", while_executing(.method, .stderr), likely_cause(.method, status), output(.stdout, .stderr))]
    #[non_exhaustive]
    ServerDied {
        /// The method that was being executed, as the server reports a crash; otherwise the one that was being called when the
        /// connection broke: this call's or, for a later call, that of the call which met the death. `None` if the server died
        /// between calls, also in a window message.
        method: Option<String>,
        /// How it ended.
        status: ExitStatus,
        /// The end of its standard output.
        stdout: String,
        /// The end of its standard error.
        stderr: String,
        /// See [`Error::was_called`].
        was_called: Option<bool>,
    },

    /// The call took too long, and the server was given up: ended, or left to itself if this client did not start it.
    #[error("`{method}` took longer than {after:?}, and the server was given up")]
    #[non_exhaustive]
    Timeout {
        /// The method.
        method: String,
        /// The time it was given.
        after: Duration,
    },

    /// An earlier call took too long, and the server was given up. Every later call reports the same.
    #[error(
        "the server was given up, because an earlier call of `{method}` took longer than {after:?}; have it started again with `.restart(Restart::OnFailure {{ … }})`, or connect again"
    )]
    #[non_exhaustive]
    GivenUp {
        /// The method of the earlier call.
        method: String,
        /// The time it was given.
        after: Duration,
        /// See [`Error::was_called`].
        was_called: Option<bool>,
    },

    /// The program ended the server with [`abort`](crate::Client::abort), or gave up its start. Every later call reports the
    /// same, unless the server is started again.
    #[error("the server was aborted by this program{}", in_call(.method))]
    #[non_exhaustive]
    Aborted {
        /// The method that was being called, as in [`Error::ServerDied`].
        method: Option<String>,
        /// See [`Error::was_called`].
        was_called: Option<bool>,
    },

    /// Other threads' calls took all the time that this one could wait. It was not made, and the server lives on.
    #[error("`{method}` was not called: the server was busy with other calls for {after:?}")]
    #[non_exhaustive]
    Busy {
        /// The method.
        method: String,
        /// The time it waited.
        after: Duration,
    },

    /// A call of a batch with `BatchMode::StopOnError` was not made, because an earlier one failed.
    #[error("`{method}` was not called, because call {index} of the batch, of `{failed}`, had failed")]
    #[non_exhaustive]
    NotCalled {
        /// The method.
        method: String,
        /// The method of the call that had failed.
        failed: String,
        /// The index of that call in the batch.
        index: usize,
    },

    /// A [`Pending`](crate::Pending) was returned from the closure of another batch than its own.
    #[error("the result of `{method}` is not one of this batch; return what is pending from the closure that made it")]
    #[non_exhaustive]
    OtherBatch {
        /// The method.
        method: String,
    },

    /// The connection to the server broke. How the server ended is not known, because this program did not start it.
    #[error("the connection to the server broke{}", in_call(.method))]
    #[non_exhaustive]
    Disconnected {
        /// The method that was being called, as in [`Error::ServerDied`].
        method: Option<String>,
        /// The system's error.
        source: io::Error,
        /// See [`Error::was_called`].
        was_called: Option<bool>,
    },

    /// The server sent bytes that cannot be understood.
    #[error("what the server sent cannot be understood: {reason}")]
    #[non_exhaustive]
    Protocol {
        /// What is wrong with them.
        reason: String,
        /// Whether the connection was closed because of it, as client and server may not agree on the next message. It stays
        /// open if only the content of a result is wrong.
        is_closed: bool,
        /// See [`Error::was_called`].
        was_called: Option<bool>,
    },

    /// The client was shut down.
    #[error("the client was shut down")]
    Shutdown,

    /// This process is a fork of the one that made the client. The server's connection has one user, which is that process.
    #[error("this process is a fork of the one that made the client; make a client in this process")]
    Forked,
}

impl Error {
    /// The error of an argument that a wrapper of a client refuses before it calls.
    pub fn argument(method: impl Into<String>, parameter: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Argument {
            method: method.into(),
            parameter: parameter.into(),
            reason: reason.into(),
            was_called: Some(false),
        }
    }

    /// The method that the error is about, if it is about one.
    ///
    /// For a call that finds the server [given up](Error::GivenUp), [dead](Error::ServerDied), [aborted](Error::Aborted)
    /// or [gone](Error::Disconnected), that is the method of the earlier call in which it happened. An error of a batch as a
    /// whole has `batch` here.
    pub fn method(&self) -> Option<&str> {
        match self {
            Self::Argument { method, .. }
            | Self::StaleHandle { method, .. }
            | Self::Panic { method, .. }
            | Self::Status { method, .. }
            | Self::Exception { method, .. }
            | Self::SymbolMissing { method, .. }
            | Self::CallingConvention { method, .. }
            | Self::Callback { method, .. }
            | Self::Fault { method, .. }
            | Self::Timeout { method, .. }
            | Self::GivenUp { method, .. }
            | Self::Busy { method, .. }
            | Self::NotCalled { method, .. }
            | Self::OtherBatch { method } => Some(method),
            Self::ServerDied { method, .. } | Self::Disconnected { method, .. } | Self::Aborted { method, .. } => {
                method.as_deref()
            }
            Self::ServerNotFound { .. }
            | Self::ServerNotAProgram { .. }
            | Self::Spawn { .. }
            | Self::Endpoint { .. }
            | Self::Accept { .. }
            | Self::Random { .. }
            | Self::Thread { .. }
            | Self::CurrentDir { .. }
            | Self::Path { .. }
            | Self::Environment { .. }
            | Self::Transport { .. }
            | Self::ServerNotReady { .. }
            | Self::StartTimeout { .. }
            | Self::Connect { .. }
            | Self::ConnectTimeout { .. }
            | Self::Impostor { .. }
            | Self::ProtocolVersion { .. }
            | Self::InterfaceMismatch { .. }
            | Self::Library(_)
            | Self::Args { .. }
            | Self::ServerStart { .. }
            | Self::Protocol { .. }
            | Self::Shutdown
            | Self::Forked => None,
        }
    }

    /// Whether this start or call ran out of its own time: [`Timeout`](Error::Timeout), [`Busy`](Error::Busy),
    /// [`StartTimeout`](Error::StartTimeout) or [`ConnectTimeout`](Error::ConnectTimeout). A call that finds the server
    /// [given up](Error::GivenUp) for an earlier one has not.
    pub fn is_timeout(&self) -> bool {
        matches!(
            self,
            Self::Timeout { .. } | Self::Busy { .. } | Self::StartTimeout { .. } | Self::ConnectTimeout { .. }
        )
    }

    /// Whether the client has lost its server: it [died](Error::ServerDied), was given up
    /// [now](Error::Timeout) or [before](Error::GivenUp), was [aborted](Error::Aborted) or [shut down](Error::Shutdown), is that of
    /// [another process](Error::Forked), or the connection
    /// [broke](Error::Disconnected) or was closed because of [what the server sent](Error::Protocol). Later calls fail as well,
    /// unless the client starts the server again.
    pub fn is_server_gone(&self) -> bool {
        matches!(
            self,
            Self::ServerDied { .. }
                | Self::Timeout { .. }
                | Self::GivenUp { .. }
                | Self::Aborted { .. }
                | Self::Disconnected { .. }
                | Self::Protocol { is_closed: true, .. }
                | Self::Shutdown
                | Self::Forked
        )
    }

    /// Whether the library's function may have run: `Some(false)` if it certainly did not, so that the call can be
    /// repeated without doing anything twice; `Some(true)` if it was called; `None` if that is not known.
    ///
    /// For a method with a body, and for one that your own server type implements, the answer is about everything that the
    /// method may have done.
    ///
    /// | error | answer |
    /// |---|---|
    /// | no server, library, connection or thread for the call, from [`ServerNotFound`](Error::ServerNotFound) to [`ServerStart`](Error::ServerStart) | `Some(false)` |
    /// | [`Argument`](Error::Argument), [`StaleHandle`](Error::StaleHandle), [`SymbolMissing`](Error::SymbolMissing) | `Some(false)` if the client refused it, or the method calls one function of the library and nothing else (except in the expressions of its lengths); in a batch, and for any other method, `None` if the server refused it |
    /// | [`Busy`](Error::Busy), [`NotCalled`](Error::NotCalled), [`Forked`](Error::Forked) | `Some(false)` |
    /// | [`Status`](Error::Status), [`Callback`](Error::Callback), [`CallingConvention`](Error::CallingConvention) | `Some(true)` |
    /// | [`Panic`](Error::Panic), [`Exception`](Error::Exception), [`Fault`](Error::Fault) | `None`: before, in or after the function |
    /// | [`Timeout`](Error::Timeout), [`OtherBatch`](Error::OtherBatch) | `None` |
    /// | [`ServerDied`](Error::ServerDied), [`Disconnected`](Error::Disconnected), [`Protocol`](Error::Protocol), [`GivenUp`](Error::GivenUp), [`Aborted`](Error::Aborted) | `Some(false)` if the connection was closed already when the call began; `None` if the call was on its way |
    /// | [`Shutdown`](Error::Shutdown) | `None`: one of the call's own closures may have shut the client down |
    ///
    /// An error of `on_start` or of a restart is about the call that was made then.
    pub fn was_called(&self) -> Option<bool> {
        match self {
            Self::ServerNotFound { .. }
            | Self::ServerNotAProgram { .. }
            | Self::Spawn { .. }
            | Self::Endpoint { .. }
            | Self::Accept { .. }
            | Self::Random { .. }
            | Self::Thread { .. }
            | Self::CurrentDir { .. }
            | Self::Path { .. }
            | Self::Environment { .. }
            | Self::Transport { .. }
            | Self::ServerNotReady { .. }
            | Self::StartTimeout { .. }
            | Self::Connect { .. }
            | Self::ConnectTimeout { .. }
            | Self::Impostor { .. }
            | Self::ProtocolVersion { .. }
            | Self::InterfaceMismatch { .. }
            | Self::Library(_)
            | Self::Args { .. }
            | Self::ServerStart { .. }
            | Self::Busy { .. }
            | Self::NotCalled { .. }
            | Self::Forked => Some(false),
            Self::Status { .. } | Self::Callback { .. } | Self::CallingConvention { .. } => Some(true),
            Self::Panic { .. }
            | Self::Exception { .. }
            | Self::Fault { .. }
            | Self::Timeout { .. }
            | Self::OtherBatch { .. }
            | Self::Shutdown => None,
            Self::Argument { was_called, .. }
            | Self::StaleHandle { was_called, .. }
            | Self::SymbolMissing { was_called, .. }
            | Self::ServerDied { was_called, .. }
            | Self::Disconnected { was_called, .. }
            | Self::Protocol { was_called, .. }
            | Self::GivenUp { was_called, .. }
            | Self::Aborted { was_called, .. } => *was_called,
        }
    }

    /// [`Error::Protocol`] for a reply that may be of a call, on a connection that stays open.
    pub(crate) fn protocol(reason: impl Into<String>) -> Self {
        Self::Protocol { reason: reason.into(), is_closed: false, was_called: None }
    }

    /// [`Error::Protocol`] for which the connection was closed.
    pub(crate) fn closed_by_protocol(reason: impl Into<String>) -> Self {
        Self::Protocol { reason: reason.into(), is_closed: true, was_called: None }
    }

    /// [`Error::Disconnected`] where no call is being made.
    pub(crate) fn disconnected(source: io::Error) -> Self {
        Self::Disconnected { method: None, source, was_called: Some(false) }
    }

    /// The same error of a start, with what the server printed.
    pub(crate) fn with_output(mut self, printed_to_stdout: String, printed_to_stderr: String) -> Self {
        if let Self::ServerStart { stdout, stderr, .. } | Self::Library(LibraryError::Load { stdout, stderr, .. }) =
            &mut self
        {
            (*stdout, *stderr) = (printed_to_stdout, printed_to_stderr);
        }
        self
    }

    /// [`Error::Thread`]; for `map_err`.
    pub(crate) fn thread(name: &str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Thread { thread: name.to_owned(), source }
    }

    /// The same error for a call that was not made.
    pub(crate) fn before_call(mut self) -> Self {
        if let Self::Argument { was_called, .. }
        | Self::StaleHandle { was_called, .. }
        | Self::SymbolMissing { was_called, .. }
        | Self::ServerDied { was_called, .. }
        | Self::Disconnected { was_called, .. }
        | Self::Protocol { was_called, .. }
        | Self::GivenUp { was_called, .. }
        | Self::Aborted { was_called, .. } = &mut self
        {
            *was_called = Some(false);
        }
        self
    }

    /// The same error for a method that calls one function of the library and nothing else. If that function was not called,
    /// the method has had no effect.
    pub(crate) fn of_one_function(self) -> Self {
        match self {
            Self::Argument { .. } | Self::StaleHandle { .. } | Self::SymbolMissing { .. } => self.before_call(),
            other => other,
        }
    }
}

impl Debug for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_chain(self, f)
    }
}

fn in_call(method: &Option<String>) -> String {
    method.as_ref().map_or_else(String::new, |method| format!(" in a call of `{method}`"))
}

/// As [`in_call`], or what else a server executed that crashed.
fn while_executing(method: &Option<String>, stderr: &str) -> String {
    match (method, sys::crashed_in(stderr)) {
        (None, Some(CrashedIn::WindowMessage)) => " while it dispatched a window message".to_owned(),
        _ => in_call(method),
    }
}

/// Why a call accessed memory that is not there, most often.
fn likely_cause(method: &Option<String>, status: &ExitStatus) -> String {
    match (method, status.name()) {
        (Some(method), Some("SIGSEGV" | "STATUS_ACCESS_VIOLATION")) => {
            format!("; most likely the declaration of `{method}` differs from the C header")
        }
        _ => String::new(),
    }
}

fn has(similar: &[String]) -> String {
    if similar.is_empty() { String::new() } else { format!("; it has {}", similar.join(", ")) }
}

/// A number that a library reports; also in hexadecimal if headers write it so: an `HRESULT`, an `NTSTATUS` and the like have the
/// highest of 32 bits, and are not small negative numbers.
pub(crate) fn status(value: i64) -> String {
    let is_small = (-0xffff..0x8000_0000).contains(&value);
    match u32::try_from(value).or_else(|_| i32::try_from(value).map(i32::cast_unsigned)) {
        Ok(bits) if !is_small => format!("{value} ({bits:#010x})"),
        _ => value.to_string(),
    }
}

/// What follows an error if the library says something about it.
pub(crate) fn said(text: Option<&str>) -> String {
    text.map(|text| format!(": {text}")).unwrap_or_default()
}

fn and_then(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("; {text}") }
}
