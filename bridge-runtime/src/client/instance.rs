//! One server of a client. A client that restarts its server has several, one after another.

use std::mem;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::close_reason::CloseReason;
use super::closures::RegisteredClosures;
use super::info::{ServerExit, ServerInfo};
use crate::error::Error;
use crate::process::{ProcessExit, Supervisor};
use crate::sync::LockExt as _;
use crate::sys::{self, CrashedIn};
use crate::transport::{Channel, Disconnector, Route};

/// How long a server process may take to exit after its connection has broken.
const EXIT_PATIENCE: Duration = Duration::from_secs(2);

/// The pause between two checks whether a thread has ended.
const JOIN_PAUSE: Duration = Duration::from_millis(1);

/// A running server, with this client's state that is about it.
#[derive(Debug)]
pub(super) struct ServerInstance {
    pub(super) info: ServerInfo,
    pub(super) server: Server,
    /// How it reaches further connections and memory.
    pub(super) route: Route,
    /// Disconnects the first connection from another thread.
    disconnector: Disconnector,
    /// Disconnect the extra connections for calls.
    extra_disconnectors: Mutex<Vec<Disconnector>>,
    /// [`NOT_ENDED`], or an [`EndReason`].
    end_reason: AtomicU8,
    /// The closures that are registered with this server.
    pub(super) registry: Arc<RegisteredClosures>,
    /// Disconnects the event connection, once there is one.
    pub(super) events: OnceLock<Disconnector>,
    /// The number of extra connections for calls that were opened.
    pub(super) extra_connections: AtomicU32,
    /// The id of the session that uses it: first the `on_start` hook's, then the client's.
    pub(super) session: AtomicU64,
}

/// Why the program has ended a server before the server has finished its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum EndReason {
    /// `abort` was called.
    Aborted = 1,
    /// The time limit of `shutdown_within` has passed.
    Shutdown = 2,
}

/// The program has not ended the server.
const NOT_ENDED: u8 = 0;

impl EndReason {
    /// Returns the error of a call. `method` is the one that was being called when the server was ended.
    pub(super) fn error(self, method: Option<&'static str>) -> Error {
        match self {
            Self::Aborted => Error::Aborted { method: method.map(str::to_owned), was_called: None },
            Self::Shutdown => Error::Shutdown,
        }
    }
}

/// The kind of server at the other end of the connection.
#[derive(Debug)]
pub(super) enum Server {
    /// A process that this client started.
    Launched(Supervisor),
    /// A process that was started by hand.
    Connected,
    /// A thread of this process.
    InProcess(Mutex<Option<JoinHandle<()>>>),
}

impl ServerInstance {
    /// The server at the other end of a channel.
    pub(super) fn new(info: ServerInfo, server: Server, route: Route, channel: &Channel) -> Self {
        Self {
            info,
            server,
            route,
            disconnector: channel.disconnector(),
            extra_disconnectors: Mutex::default(),
            end_reason: AtomicU8::new(NOT_ENDED),
            registry: Arc::default(),
            events: OnceLock::new(),
            extra_connections: AtomicU32::new(0),
            session: AtomicU64::new(0),
        }
    }

    /// Whether it is a thread of this process.
    pub(super) fn is_in_process(&self) -> bool {
        matches!(self.server, Server::InProcess(_))
    }

    /// Gives the instance up in a fork of its process, which leaks it.
    pub(super) fn abandon(self: &Arc<Self>) {
        if let Server::Launched(supervisor) = &self.server {
            supervisor.close_copy_in_fork();
        }
        mem::forget(Arc::clone(self));
    }

    /// Drops all closures that are registered with this server, and closes the event connection.
    pub(super) fn forget_closures(&self) {
        self.registry.close();
        if let Some(disconnector) = self.events.get() {
            disconnector.disconnect();
        }
    }

    /// Returns the error of a call on a connection that was closed for this reason. If the server process has ended, the error
    /// reports how, because the broken pipe is only a symptom.
    #[cold]
    pub(super) fn closed(&self, closed: &CloseReason) -> Error {
        if let (Some(reason), CloseReason::Broken { .. } | CloseReason::Protocol(_)) = (self.end_reason(), closed) {
            return reason.error(closed.method());
        }
        match (closed, &self.server) {
            (CloseReason::Shutdown | CloseReason::Dismantled, _) => Error::Shutdown,
            (CloseReason::Protocol(text), _) => Error::closed_by_protocol(text.clone()),
            (CloseReason::Timeout { method, after }, _) => {
                Error::GivenUp { method: (*method).to_owned(), after: *after, was_called: None }
            }
            (CloseReason::Broken { kind, method }, server) => {
                let method = method.map(str::to_owned);
                let source = match server {
                    Server::Launched(supervisor) => match supervisor.terminate(EXIT_PATIENCE) {
                        Ok(ProcessExit { status, stdout, stderr }) => {
                            // The call that met the death need not be the one that was being executed: that may be one of its
                            // batch or of another thread, or a window message.
                            let method = match sys::crashed_in(&stderr) {
                                Some(CrashedIn::Call(crashed)) => Some(crashed.to_owned()),
                                Some(CrashedIn::WindowMessage) => None,
                                None => method,
                            };
                            return Error::ServerDied { method, status, stdout, stderr, was_called: None };
                        }
                        Err(error) => error,
                    },
                    Server::Connected | Server::InProcess(_) => (*kind).into(),
                };
                Error::Disconnected { method, source, was_called: None }
            }
        }
    }

    /// Ends a server process that this client has started, and returns how it ended. The process gets `patience` to exit by
    /// itself before it is killed. A server that was started by hand continues without this client.
    ///
    /// # Errors
    /// [`Error::Disconnected`] if the system can neither end the process nor report how it ended.
    pub(super) fn terminate(&self, patience: Duration) -> Result<ServerExit, Error> {
        match &self.server {
            Server::Launched(supervisor) => {
                let ProcessExit { status, stdout, stderr } =
                    supervisor.terminate(patience).map_err(Error::disconnected)?;
                Ok(ServerExit { status: Some(status), stdout, stderr })
            }
            Server::Connected | Server::InProcess(_) => {
                self.join();
                Ok(ServerExit { status: None, stdout: String::new(), stderr: String::new() })
            }
        }
    }

    /// Whether its process is known to have exited, or the program has ended it.
    pub(super) fn has_exited(&self) -> bool {
        self.end_reason.load(Ordering::Relaxed) != NOT_ENDED || self.process_has_exited()
    }

    fn process_has_exited(&self) -> bool {
        matches!(&self.server, Server::Launched(supervisor) if supervisor.has_exited())
    }

    /// Returns why the program has ended the server, if it has.
    pub(super) fn end_reason(&self) -> Option<EndReason> {
        match self.end_reason.load(Ordering::SeqCst) {
            NOT_ENDED => None,
            reason if reason == EndReason::Aborted as u8 => Some(EndReason::Aborted),
            _ => Some(EndReason::Shutdown),
        }
    }

    /// Ends the server because the program wants it, whatever the server is doing, and returns how it ended. Calls fail from
    /// now on, also those in progress.
    ///
    /// # Errors
    /// As [`ServerInstance::terminate`].
    pub(super) fn end(&self, reason: EndReason) -> Result<ServerExit, Error> {
        // A server that has died keeps its own error.
        if !self.process_has_exited() {
            self.end_reason.fetch_max(reason as u8, Ordering::SeqCst);
        }
        self.force_end();
        self.forget_closures();
        self.terminate(Duration::ZERO)
    }

    /// Lets [`ServerInstance::force_end`] disconnect an extra connection, too.
    pub(super) fn add_extra_connection(&self, disconnector: Disconnector) {
        self.extra_disconnectors.lock_unpoisoned().push(disconnector);
    }

    /// Kills a server that does not answer, if this client has started it, and disconnects.
    pub(super) fn force_end(&self) {
        match &self.server {
            // It fails for a process that is exiting already. Any other failure shows when its exit is waited for.
            Server::Launched(supervisor) => drop(supervisor.kill()),
            // It continues without this client.
            Server::Connected => {}
            // A thread cannot be killed, so it is detached.
            Server::InProcess(thread) => drop(thread.lock_unpoisoned().take()),
        }
        self.disconnector.disconnect();
        self.extra_disconnectors.lock_unpoisoned().iter().for_each(Disconnector::disconnect);
    }

    /// Waits for the thread of a server in this process for `patience` at most, and then lets it run on by itself.
    pub(super) fn join_within(&self, patience: Duration) {
        let Server::InProcess(thread) = &self.server else { return };
        let begin = Instant::now();
        while thread.lock_unpoisoned().as_ref().is_some_and(|thread| !thread.is_finished()) {
            if begin.elapsed() >= patience {
                drop(thread.lock_unpoisoned().take());
                return;
            }
            std::thread::sleep(JOIN_PAUSE);
        }
    }

    /// Waits for the thread of a server in this process.
    fn join(&self) {
        if let Server::InProcess(thread) = &self.server
            && let Some(thread) = thread.lock_unpoisoned().take()
        {
            // Panics of methods are caught. Any other panic has been printed by the panic hook.
            let _ = thread.join();
        }
    }
}
