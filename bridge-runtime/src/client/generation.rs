//! One server of a client's: a client that restarts its server has several, one after the other.

use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use super::ServerInfo;
use crate::lane::Breaker;
use crate::process::Supervisor;

/// A server, and what is known of it.
#[derive(Debug)]
pub(super) struct Generation {
    pub(super) info: ServerInfo,
    pub(super) server: Server,
    /// Breaks the lane from another thread.
    pub(super) breaker: Breaker,
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

impl Generation {
    /// Whether it is known to have ended.
    pub(super) fn has_ended(&self) -> bool {
        matches!(&self.server, Server::Launched(supervisor) if supervisor.has_ended())
    }

    /// Ends a server that does not answer. It is inside native code, where nothing but force reaches it; a server that
    /// this client did not start is left to itself, without this client.
    pub(super) fn end_by_force(&self) {
        match &self.server {
            Server::Launched(supervisor) => supervisor.kill(),
            Server::Connected => {}
            // It cannot be ended, so nobody may wait for it.
            Server::InProcess(thread) => drop(thread.lock().unwrap_or_else(PoisonError::into_inner).take()),
        }
        self.breaker.break_lane();
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
