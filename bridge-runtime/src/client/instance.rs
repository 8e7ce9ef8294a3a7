//! One server of a client's: a client that restarts its server has several, one after the other.

use std::sync::atomic::{AtomicU32, AtomicUsize};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::callback::RegisteredClosures;
use super::connection::CloseReason;
use super::{ServerExit, ServerInfo};
use crate::error::Error;
use crate::process::{End, Supervisor};
use crate::transport::{Channel, Disconnector, wine_path};

/// How long a server that closed its connection may take to be gone.
const DEATH: Duration = Duration::from_secs(2);

/// A server, and what is known of it.
#[derive(Debug)]
pub(super) struct ServerInstance {
    pub(super) info: ServerInfo,
    pub(super) server: Server,
    /// Breaks the connection from another thread.
    pub(super) disconnector: Disconnector,
    /// The closures that are registered with it.
    pub(super) registry: Arc<RegisteredClosures>,
    /// Breaks the event connection, once there is one.
    pub(super) events: OnceLock<Disconnector>,
    /// Extra connections for calls that were opened.
    pub(super) extra_connections: AtomicU32,
    /// The session that has it, by address: first that of a hook, then its client's.
    pub(super) owner: AtomicUsize,
}

/// What is at the other end.
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
    /// A server at the other end of a connection.
    pub(super) fn new(info: ServerInfo, server: Server, channel: &Channel) -> Self {
        Self {
            info,
            server,
            disconnector: channel.disconnector(),
            registry: Arc::default(),
            events: OnceLock::new(),
            extra_connections: AtomicU32::new(0),
            owner: AtomicUsize::new(0),
        }
    }

    /// Whether it is a Windows process on a Unix system: one under Wine.
    pub(super) fn is_under_wine(&self) -> bool {
        cfg!(unix) && self.info.os == "windows"
    }

    /// What it opens shared memory by.
    pub(super) fn as_it_sees(&self, address: String) -> String {
        if self.is_under_wine() { wine_path(&address) } else { address }
    }

    /// No closure that is registered with it is called any more.
    pub(super) fn forget_closures(&self) {
        self.registry.close();
        if let Some(disconnector) = self.events.get() {
            disconnector.disconnect();
        }
    }

    /// Why its connection is closed. A broken pipe is only the symptom: how the server ended is what happened.
    #[cold]
    pub(super) fn closed(&self, closed: &CloseReason) -> Error {
        match (closed, &self.server) {
            (CloseReason::Shutdown | CloseReason::Dismantled, _) => Error::Shutdown,
            (CloseReason::Nonsense(text), _) => Error::protocol(text.clone()),
            (CloseReason::Timeout { method, after }, _) => {
                Error::GivenUp { method: (*method).to_owned(), after: *after, was_called: None }
            }
            (CloseReason::BrokenTransport { kind, method }, server) => {
                let method = method.map(str::to_owned);
                let source = match server {
                    Server::Launched(supervisor) => match supervisor.end(DEATH) {
                        Ok(End { status, stderr, .. }) => {
                            return Error::ServerDied { method, status, stderr, was_called: None };
                        }
                        Err(error) => error,
                    },
                    Server::Connected | Server::InProcess(_) => (*kind).into(),
                };
                Error::Disconnected { method, source, was_called: None }
            }
        }
    }

    /// Gives a process that this client started `patience` to end by itself, and tells how it ended; whoever else is
    /// at the other end only loses this client.
    pub(super) fn end(&self, patience: Duration) -> Result<ServerExit, Error> {
        match &self.server {
            Server::Launched(supervisor) => {
                let End { status, stdout, stderr } = supervisor.end(patience).map_err(Error::disconnected)?;
                Ok(ServerExit { status: Some(status), stdout, stderr })
            }
            Server::Connected | Server::InProcess(_) => {
                self.join();
                Ok(ServerExit { status: None, stdout: String::new(), stderr: String::new() })
            }
        }
    }

    /// Whether it is known to have ended.
    pub(super) fn has_ended(&self) -> bool {
        matches!(&self.server, Server::Launched(supervisor) if supervisor.has_ended())
    }

    /// Ends a server that does not answer, and the wait for it.
    pub(super) fn give_up(&self) {
        match &self.server {
            // It fails for one that is ending already; whatever else there may be, waiting for the end shows it.
            Server::Launched(supervisor) => drop(supervisor.kill()),
            // It is left to itself, without this client.
            Server::Connected => {}
            // It cannot be ended, so nobody may wait for it.
            Server::InProcess(thread) => drop(thread.lock().unwrap_or_else(PoisonError::into_inner).take()),
        }
        self.disconnector.disconnect();
    }

    /// Waits for a server in this process to be done.
    pub(super) fn join(&self) {
        if let Server::InProcess(thread) = &self.server
            && let Some(thread) = thread.lock().unwrap_or_else(PoisonError::into_inner).take()
        {
            // A panic there was the server's; the methods' own are caught.
            let _ = thread.join();
        }
    }
}
