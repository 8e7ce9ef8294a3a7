//! The server that a session uses at the moment, for threads that must not wait for its connection: those that ask about the
//! server, or end it while another thread's call hangs.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::instance::{EndReason, ServerInstance};
use super::start::{StartEvents, StartInterrupter};
use crate::error::Error;
use crate::sync::LockExt as _;

/// The current server of a session, and the one that is being started.
#[derive(Debug)]
pub(super) struct CurrentServer(Mutex<SessionServers>);

#[derive(Debug)]
struct SessionServers {
    /// The last server whose start has succeeded.
    instance: Arc<ServerInstance>,
    starting: Option<StartingServer>,
    /// Present once the session starts no more servers.
    closed: Option<SessionEnd>,
}

/// The server that a thread of this session is starting.
#[derive(Debug)]
enum StartingServer {
    /// The process is not ready yet.
    Process(StartInterrupter),
    /// It is ready, and the `on_start` hook runs.
    InHook(Arc<ServerInstance>),
    /// The start was interrupted for this reason, which the starting thread will notice.
    Interrupted(EndReason),
}

/// Why a session starts no more servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SessionEnd {
    /// The client was shut down.
    Shutdown,
    /// Another session has taken over the server.
    Dismantled,
}

impl CurrentServer {
    pub(super) fn new(instance: Arc<ServerInstance>) -> Self {
        Self(Mutex::new(SessionServers { instance, starting: None, closed: None }))
    }

    /// Returns the last server whose start has succeeded.
    pub(super) fn get(&self) -> Arc<ServerInstance> {
        Arc::clone(&self.state().instance)
    }

    /// Whether the session starts no more servers.
    pub(super) fn is_closed(&self) -> bool {
        self.state().closed.is_some()
    }

    /// Begins the start of another server.
    ///
    /// # Errors
    /// [`Error::Shutdown`] if the session starts no more servers.
    pub(super) fn begin_start(&self) -> Result<StartEvents, Error> {
        let mut state = self.state();
        if state.closed.is_some() {
            return Err(Error::Shutdown);
        }
        let events = StartEvents::new();
        state.starting = Some(StartingServer::Process(events.interrupter()));
        Ok(events)
    }

    /// Records that the server is ready and that the `on_start` hook is about to run.
    ///
    /// # Errors
    /// The reason why the start was interrupted.
    pub(super) fn enter_hook(&self, instance: &Arc<ServerInstance>) -> Result<(), Error> {
        let mut state = self.state();
        if let Some(StartingServer::Interrupted(reason)) = state.starting {
            return Err(reason.error(None));
        }
        state.starting = Some(StartingServer::InHook(Arc::clone(instance)));
        Ok(())
    }

    /// Ends the start of a server. If it has succeeded and was not interrupted, that server is the current one.
    ///
    /// # Errors
    /// The reason why the start was interrupted.
    pub(super) fn finish_start(&self, started: Option<&Arc<ServerInstance>>) -> Result<(), Error> {
        let mut state = self.state();
        match (state.starting.take(), state.closed) {
            (Some(StartingServer::Interrupted(reason)), _) => return Err(reason.error(None)),
            (_, Some(_)) => return Err(Error::Shutdown),
            _ => {}
        }
        if let Some(instance) = started {
            state.instance = Arc::clone(instance);
        }
        Ok(())
    }

    /// Records that another session has taken over the server.
    pub(super) fn dismantle(&self) {
        self.state().closed = Some(SessionEnd::Dismantled);
    }

    /// Returns the server that is to be ended for this reason: the one that runs, or in which the `on_start` hook runs. If a
    /// server is being started, interrupts the start and returns `None`.
    ///
    /// # Errors
    /// [`Error::Shutdown`] if another session has taken over the server.
    pub(super) fn to_be_ended(&self, reason: EndReason) -> Result<Option<Arc<ServerInstance>>, Error> {
        let mut state = self.state();
        if state.closed == Some(SessionEnd::Dismantled) {
            return Err(Error::Shutdown);
        }
        if reason == EndReason::Shutdown {
            state.closed = Some(SessionEnd::Shutdown);
        }
        match &state.starting {
            None => Ok(Some(Arc::clone(&state.instance))),
            Some(StartingServer::InHook(instance)) => Ok(Some(Arc::clone(instance))),
            Some(StartingServer::Interrupted(_)) => Ok(None),
            Some(StartingServer::Process(interrupter)) => {
                interrupter.interrupt(reason);
                state.starting = Some(StartingServer::Interrupted(reason));
                Ok(None)
            }
        }
    }

    /// Gives the servers up in a fork of their process.
    pub(super) fn abandon(&mut self) {
        let state = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.instance.abandon();
        mem::forget(state.starting.take());
    }

    fn state(&self) -> MutexGuard<'_, SessionServers> {
        self.0.lock_unpoisoned()
    }
}
