//! One server of a client. A client that restarts its server has several, one after the other.

use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use super::close_reason::CloseReason;
use super::closures::RegisteredClosures;
use super::info::{ServerExit, ServerInfo};
use crate::error::Error;
use crate::process::{End, Supervisor};
use crate::sync::LockExt as _;
use crate::transport::{Channel, Disconnector, wine_path};

/// How long the process of a server may outlive its connection.
const DEATH: Duration = Duration::from_secs(2);

/// A server, and what this client knows about it.
#[derive(Debug)]
pub(super) struct ServerInstance {
    pub(super) info: ServerInfo,
    pub(super) server: Server,
    /// Disconnects the first connection from another thread.
    pub(super) disconnector: Disconnector,
    /// The closures that are registered with this server.
    pub(super) registry: Arc<RegisteredClosures>,
    /// Disconnects the event connection, once there is one.
    pub(super) events: OnceLock<Disconnector>,
    /// The number of extra connections for calls that were opened.
    pub(super) extra_connections: AtomicU32,
    /// The session that uses it: first that of an `on_start` hook, then its client's.
    pub(super) session: AtomicU64,
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
    /// The server at the other end of a channel.
    pub(super) fn new(info: ServerInfo, server: Server, channel: &Channel) -> Self {
        Self {
            info,
            server,
            disconnector: channel.disconnector(),
            registry: Arc::default(),
            events: OnceLock::new(),
            extra_connections: AtomicU32::new(0),
            session: AtomicU64::new(0),
        }
    }

    /// Whether it is a Windows process on a Unix system, which is one under Wine.
    pub(super) fn is_under_wine(&self) -> bool {
        cfg!(unix) && self.info.os == "windows"
    }

    /// Translates the address of shared memory into the server's terms.
    pub(super) fn as_it_sees(&self, address: String) -> String {
        if self.is_under_wine() { wine_path(&address) } else { address }
    }

    /// Drops all closures that are registered with this server, and closes the event connection.
    pub(super) fn forget_closures(&self) {
        self.registry.close();
        if let Some(disconnector) = self.events.get() {
            disconnector.disconnect();
        }
    }

    /// Returns the error of a call on a connection that is closed. A broken pipe is only the symptom: how the server ended is what
    /// happened.
    #[cold]
    pub(super) fn closed(&self, closed: &CloseReason) -> Error {
        match (closed, &self.server) {
            (CloseReason::Shutdown | CloseReason::Dismantled, _) => Error::Shutdown,
            (CloseReason::Protocol(text), _) => Error::protocol(text.clone()),
            (CloseReason::Timeout { method, after }, _) => {
                Error::GivenUp { method: (*method).to_owned(), after: *after, was_called: None }
            }
            (CloseReason::Broken { kind, method }, server) => {
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

    /// Gives a process that this client has started `patience` to end by itself before it is killed, and returns how it ended. Any
    /// other server only loses this client.
    ///
    /// # Errors
    /// [`Error::Disconnected`] if the system can neither end the process nor report how it ended.
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

    /// Whether its process is known to have ended.
    pub(super) fn has_ended(&self) -> bool {
        matches!(&self.server, Server::Launched(supervisor) if supervisor.has_ended())
    }

    /// Gives up a server that does not answer, and ends the wait for it.
    pub(super) fn give_up(&self) {
        match &self.server {
            // It fails for a process that is ending already; waiting for its end shows anything else.
            Server::Launched(supervisor) => drop(supervisor.kill()),
            // It goes on without this client.
            Server::Connected => {}
            // A thread cannot be ended, so nobody may wait for it.
            Server::InProcess(thread) => drop(thread.lock_unpoisoned().take()),
        }
        self.disconnector.disconnect();
    }

    /// Waits for the end of a server in this process.
    pub(super) fn join(&self) {
        if let Server::InProcess(thread) = &self.server
            && let Some(thread) = thread.lock_unpoisoned().take()
        {
            // A panic there is the server's own affair; panics of methods are caught.
            let _ = thread.join();
        }
    }
}
