//! The session that a client and its clones share: starting, restarting and shutting down the server.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{fmt, mem};

use super::batch_results::BatchMemory;
use super::close_reason::CloseReason;
use super::connection::{Connection, ConnectionState};
use super::current_server::CurrentServer;
use super::fair_mutex::{FairMutex, FairMutexGuard};
use super::info::{FIRST_GENERATION, ServerExit, ServerInfo};
use super::instance::{EndReason, ServerInstance};
use super::nesting::{ConnectionGuard, NestedConnection, SessionId};
use super::pool::ConnectionPool;
use super::restart::History;
use super::start::{StartEvents, Starter};
use crate::error::Error;
use crate::interface::{Description, Threads};
use crate::sync::LockExt as _;
use crate::sys::{self, ProcessMark};
use crate::transport::Channel;
use crate::wire::MemoryCall;

/// The session that a generated client and its clones share.
#[derive(Debug, Clone)]
pub struct Session(Arc<SessionState>);

#[derive(Debug)]
pub(super) struct SessionState {
    pub(super) id: SessionId,
    /// The process that may use the session.
    pub(super) process: ProcessMark,
    description: &'static Description,
    /// The time limit of calls whose method does not have its own.
    call_timeout: Option<Duration>,
    /// Used by every call; with a pool, by requests that are about the server as a whole.
    first: FairMutex<Connection>,
    /// Present where the server has a thread for each connection.
    pub(super) pool: Option<ConnectionPool>,
    /// For threads that must not wait for the connection.
    current: CurrentServer,
    /// The memory of the last batch.
    batch_memory: Mutex<BatchMemory>,
    /// Present if this client has started the server, and may restart it.
    restarter: Option<Mutex<Restarter>>,
}

/// Starts the server, the first time and after failures.
pub(super) struct Restarter {
    pub(super) starter: Starter,
    pub(super) history: History,
    pub(super) on_start: Option<OnStart>,
}

/// The user's hook that runs whenever a server has started, before any other call.
pub(super) type OnStart = Box<dyn Fn(Session) -> Result<(), Error> + Send>;

/// How long a server may take to shut down.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(5);

impl fmt::Debug for Restarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Restarter").field("history", &self.history).finish_non_exhaustive()
    }
}

impl Session {
    /// Makes the session of a server that is ready.
    pub(super) fn new(
        description: &'static Description,
        (instance, channel): (ServerInstance, Channel),
        call_timeout: Option<Duration>,
    ) -> Self {
        Self::with_instance(description, Arc::new(instance), channel, call_timeout, None)
    }

    /// Starts a server, which `restarter` restarts after failures.
    ///
    /// # Errors
    /// The error of the start or of the `on_start` hook.
    pub(super) fn start(
        description: &'static Description,
        restarter: Restarter,
        call_timeout: Option<Duration>,
    ) -> Result<Self, Error> {
        let start = (FIRST_GENERATION, StartEvents::new());
        let (instance, channel) = restarter.start(description, start, call_timeout, |_| Ok(()))?;
        Ok(Self::with_instance(description, instance, channel, call_timeout, Some(Mutex::new(restarter))))
    }

    fn with_instance(
        description: &'static Description,
        instance: Arc<ServerInstance>,
        channel: Channel,
        call_timeout: Option<Duration>,
        restarter: Option<Mutex<Restarter>>,
    ) -> Self {
        sys::keep_loaded();
        let (id, process) = (SessionId::new(), ProcessMark::of_this_process());
        id.store(&instance.session, Ordering::SeqCst);
        let current = CurrentServer::new(Arc::clone(&instance));
        let first = FairMutex::new(Connection::new(instance, channel));
        let pool = (description.threads == Threads::Multi).then(ConnectionPool::new);
        Self(Arc::new(SessionState {
            id,
            process,
            description,
            call_timeout,
            first,
            pool,
            current,
            batch_memory: Mutex::default(),
            restarter,
        }))
    }

    pub(super) fn state(&self) -> &SessionState {
        &self.0
    }

    /// Whether the server with this generation number is the current one, and is not known to have exited.
    pub(super) fn is_alive(&self, generation: u32) -> bool {
        let current = self.0.current();
        current.info.generation == generation && !current.has_exited()
    }

    /// Returns information about the server; after a restart, about the new one.
    pub fn server_info(&self) -> ServerInfo {
        self.0.current().info.clone()
    }

    /// Shuts the server down once it has finished the current call. A server that was started by hand continues without this
    /// client. Later calls, also of clones, fail with [`Error::Shutdown`].
    ///
    /// # Errors
    /// [`Error::Disconnected`] if the system can neither end the server nor report how it ended.
    pub fn shutdown(&self) -> Result<ServerExit, Error> {
        self.0.shutdown(None)
    }

    /// As [`Session::shutdown`], within a time limit: then the server is ended as by [`Session::abort`].
    ///
    /// # Errors
    /// As [`Session::shutdown`].
    pub fn shutdown_within(&self, limit: Duration) -> Result<ServerExit, Error> {
        self.0.shutdown(Some(limit))
    }

    /// Ends the server now, whatever it is doing. Calls in progress fail with [`Error::Aborted`], later ones start the server
    /// again if the restart policy allows it.
    ///
    /// # Errors
    /// As [`Session::shutdown`]; [`Error::Shutdown`] if another session has taken over the server.
    pub fn abort(&self) -> Result<ServerExit, Error> {
        self.0.end(EndReason::Aborted)
    }

    /// Takes the server and the channel out of the session. For remaining clones, the session is shut down.
    fn dismantle(self) -> Result<(Arc<ServerInstance>, Channel), Error> {
        let mut connection = self.0.first.lock();
        let closed = ConnectionState::closed(CloseReason::Dismantled);
        self.0.current.dismantle();
        match mem::replace(&mut connection.state, closed) {
            ConnectionState::Open(channel) => Ok((Arc::clone(&connection.instance), *channel)),
            ConnectionState::Closed(closed) => Err(connection.instance.closed(&closed.0)),
            ConnectionState::Moved => Err(Error::Shutdown),
        }
    }
}

impl Restarter {
    /// Starts a server and runs the hook. `before_hook` runs when the server is ready.
    fn start(
        &self,
        description: &'static Description,
        (generation, events): (u32, StartEvents),
        call_timeout: Option<Duration>,
        before_hook: impl FnOnce(&Arc<ServerInstance>) -> Result<(), Error>,
    ) -> Result<(Arc<ServerInstance>, Channel), Error> {
        let (instance, channel) = self.starter.start(generation, events)?;
        let instance = Arc::new(instance);
        before_hook(&instance).inspect_err(|_| {
            // The first error is reported, not that of the cleanup.
            let _ = instance.terminate(Duration::ZERO);
        })?;
        let Some(on_start) = &self.on_start else { return Ok((instance, channel)) };
        // The hook has its own session, because the calls of the client's session must wait until the hook is done.
        let session = Session::with_instance(description, Arc::clone(&instance), channel, call_timeout, None);
        on_start(session.clone()).and_then(|()| session.dismantle()).inspect_err(|_| {
            // The hook's error is reported, not that of the cleanup.
            let _ = instance.terminate(Duration::ZERO);
        })
    }
}

impl SessionState {
    /// Returns a method's name and time limit.
    #[inline]
    pub(super) fn method(&self, method: u32) -> (&'static str, Option<Duration>) {
        match self.description.methods.get(method as usize) {
            Some(method) => (method.name, method.timeout.or(self.call_timeout)),
            None => (MemoryCall::of(method).map_or("?", MemoryCall::name), self.call_timeout),
        }
    }

    /// Returns the memory of the last batch, unless another one uses it.
    pub(super) fn take_batch_memory(&self) -> BatchMemory {
        mem::take(&mut self.batch_memory.lock_unpoisoned())
    }

    /// Keeps memory for the next batch.
    pub(super) fn keep_batch_memory(&self, memory: BatchMemory) {
        *self.batch_memory.lock_unpoisoned() = memory;
    }

    /// Whether a method only calls one function of the library: it has no body, and the server is not a custom one.
    #[cold]
    pub(super) fn calls_one_function(&self, method: u32) -> bool {
        let has_target = self.description.methods.get(method as usize).is_some_and(|method| method.target.is_some());
        has_target && self.current().info.library.is_some()
    }

    /// # Errors
    /// [`Error::Forked`] if this process is a fork of the one that made the session.
    #[inline]
    pub(super) fn check_process(&self) -> Result<(), Error> {
        if self.process.is_this_process() { Ok(()) } else { Err(Error::Forked) }
    }

    /// Gives the session up in a fork of its process: closes this process's copies of the connections, and leaks all else. The
    /// session's threads do not exist here, and may have held any lock; the server is that of the other process.
    #[cold]
    fn abandon(&mut self) {
        mem::forget(self.restarter.take());
        self.current.abandon();
        self.first.get_mut().abandon();
        for mut connection in self.pool.iter_mut().flat_map(ConnectionPool::take_all) {
            connection.abandon();
        }
    }

    /// Returns the current server.
    pub(super) fn current(&self) -> Arc<ServerInstance> {
        self.current.get()
    }

    /// Waits for the first connection, for `limit` at most.
    ///
    /// # Errors
    /// [`Error::Busy`] if the connection was not free in time.
    #[inline]
    pub(super) fn lock(
        &self,
        method: &'static str,
        limit: Option<Duration>,
    ) -> Result<FairMutexGuard<'_, Connection>, Error> {
        match limit {
            None => Ok(self.first.lock()),
            Some(limit) => {
                let guard = self.first.lock_for(limit);
                guard.ok_or_else(|| Error::Busy { method: method.to_owned(), after: limit })
            }
        }
    }

    /// Makes sure that the connection has a running server, and restarts the server if necessary and allowed. A nested call never
    /// restarts it: it needs the server of the outer call.
    ///
    /// # Errors
    /// The reason why there is no server.
    #[inline]
    pub(super) fn ensure_running(&self, guard: &mut ConnectionGuard<'_>) -> Result<(), Error> {
        if guard.is_usable() { Ok(()) } else { self.restart_if_allowed(guard) }
    }

    #[cold]
    fn restart_if_allowed(&self, guard: &mut ConnectionGuard<'_>) -> Result<(), Error> {
        if matches!(guard.state, ConnectionState::Open(_)) && guard.instance.has_exited() {
            guard.close(CloseReason::Broken { kind: io::ErrorKind::BrokenPipe, method: None });
        }
        match (&guard.state, &guard) {
            (ConnectionState::Closed(closed), ConnectionGuard::First(_)) => {
                let (reason, failed_at) = (**closed).clone();
                self.restart(guard, &reason, failed_at)
            }
            _ => guard.channel().map(drop).map_err(Error::before_call),
        }
    }

    /// Starts the next server, unless the history of restarts forbids it.
    #[cold]
    fn restart(&self, connection: &mut Connection, reason: &CloseReason, failed_at: Instant) -> Result<(), Error> {
        let (Some(restarter), false) =
            (&self.restarter, matches!(reason, CloseReason::Shutdown | CloseReason::Dismantled))
        else {
            return Err(connection.instance.closed(reason).before_call());
        };
        if self.current.is_closed() {
            return Err(Error::Shutdown);
        }
        let mut restarter = restarter.lock_unpoisoned();
        let pause = match connection.instance.end_reason() {
            None => restarter.history.next(failed_at, Instant::now()),
            Some(EndReason::Aborted) => restarter.history.allows_restart_after_abort().then_some(Duration::ZERO),
            Some(EndReason::Shutdown) => None,
        };
        let Some(pause) = pause else {
            return Err(connection.instance.closed(reason).before_call());
        };
        // A server whose connection broke, or that sent an invalid message, may still be running.
        let _ = connection.instance.terminate(Duration::ZERO);
        let generation = connection.instance.info.generation.saturating_add(1);
        let started = self.start_next(&restarter, generation, pause);
        let (instance, channel) = started.inspect_err(|_| {
            // The next pause starts at this failure.
            connection.state = ConnectionState::closed(reason.clone());
        })?;
        if let Some(watch) = &connection.watch {
            watch.set_target(&instance);
        }
        self.id.store(&instance.session, Ordering::SeqCst);
        connection.instance = instance;
        connection.state = ConnectionState::Open(Box::new(channel));
        Ok(())
    }

    /// Starts the next server after a pause. Another thread may interrupt this.
    fn start_next(
        &self,
        restarter: &Restarter,
        generation: u32,
        pause: Duration,
    ) -> Result<(Arc<ServerInstance>, Channel), Error> {
        let events = self.current.begin_start()?;
        let started = events.pause(pause).and_then(|()| {
            let before_hook = |instance: &Arc<ServerInstance>| self.current.enter_hook(instance);
            restarter.start(self.description, (generation, events), self.call_timeout, before_hook)
        });
        let instance = started.as_ref().ok().map(|(instance, _)| instance);
        match self.current.finish_start(instance) {
            Ok(()) => started,
            Err(interrupted) => {
                // The interruption is reported, not an error that it has caused.
                let _ = instance.map(|instance| instance.terminate(Duration::ZERO));
                Err(interrupted.before_call())
            }
        }
    }

    /// Ends the server, or interrupts its start, without waiting for calls in progress.
    fn end(&self, reason: EndReason) -> Result<ServerExit, Error> {
        self.check_process()?;
        match self.current.to_be_ended(reason)? {
            Some(instance) => instance.end(reason),
            None => Ok(ServerExit { status: None, stdout: String::new(), stderr: String::new() }),
        }
    }

    /// Shuts the server down when the calls in progress are finished, or ends it when the time limit has passed.
    fn shutdown(&self, limit: Option<Duration>) -> Result<ServerExit, Error> {
        self.check_process()?;
        let begin = Instant::now();
        let left = || limit.map(|limit| limit.saturating_sub(begin.elapsed()));
        let first = || match left() {
            None => Some(ConnectionGuard::First(self.first.lock())),
            Some(left) => self.first.lock_for(left).map(ConnectionGuard::First),
        };
        let connection = match NestedConnection::find(self.id) {
            // The server is waiting for the closure that calls this: close its connection so that the server continues.
            Some(nested) if nested.is_for_events() => {
                ConnectionGuard::Nested(nested).close(CloseReason::Shutdown);
                first()
            }
            // Without a pool, the connection of the outer call is the session's first one, and locking it would deadlock.
            Some(nested) if self.pool.is_none() => Some(ConnectionGuard::Nested(nested)),
            _ => first(),
        };
        let Some(mut connection) = connection else { return self.end(EndReason::Shutdown) };
        self.pool.iter().for_each(ConnectionPool::close);
        let is_dismantled = |closed: &(CloseReason, Instant)| matches!(closed.0, CloseReason::Dismantled);
        if matches!(&connection.state, ConnectionState::Closed(closed) if is_dismantled(closed)) {
            return Err(Error::Shutdown);
        }
        connection.close(CloseReason::Shutdown);
        connection.watch = None;
        let instance = Arc::clone(&connection.instance);
        drop(connection);
        if let Some(patience) = left() {
            let are_finished = self.pool.as_ref().is_none_or(|pool| pool.wait_until_idle(patience));
            if !are_finished {
                return instance.end(EndReason::Shutdown);
            }
            instance.join_within(left().unwrap_or_default());
        }
        instance.terminate(left().unwrap_or(SHUTDOWN_PATIENCE).min(SHUTDOWN_PATIENCE))
    }
}

impl Drop for SessionState {
    fn drop(&mut self) {
        if !self.process.is_this_process() {
            return self.abandon();
        }
        // `drop` cannot return an error.
        let _ = self.shutdown(None);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{RefUnwindSafe, UnwindSafe};

    use super::*;
    use crate::client::RemoteBuffer;

    /// Compiles if generated clients and buffers, which consist of a session, can be shared between threads and captured by
    /// `catch_unwind`.
    #[test]
    fn sessions_are_thread_safe_and_unwind_safe() {
        fn check<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
        check::<Session>();
        check::<RemoteBuffer<f64>>();
    }
}
