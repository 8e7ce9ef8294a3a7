//! A client's connection to its server: calls, and the end.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fmt, mem};

use super::callback;
use super::connection::{CloseReason, Connection, State};
use super::fair_mutex::{FairMutex, FairMutexGuard};
use super::instance::ServerInstance;
use super::nesting::{ConnectionGuard, NestedConnection, OUTERMOST};
use super::pool::{ConnectionPool, PooledConnection};
use super::restart::History;
use super::start::Starter;
use super::{Arguments, CallClosures, Outcome, RegisteredClosure, ServerExit, ServerInfo};
use crate::error::Error;
use crate::interface::{Description, Threads};
use crate::registration::Registration;
use crate::transport::Channel;
use crate::wire::MemoryCall;
use crate::wire::Purpose;

/// The connection that a generated client and its clones share.
#[derive(Debug, Clone)]
pub struct Session(Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    description: &'static Description,
    /// The deadline of calls whose method has none of its own.
    call_timeout: Option<Duration>,
    /// For every call, or, with a pool, for what is about the server as a whole.
    connection: FairMutex<Connection>,
    /// Present where the server has a thread for each connection.
    pub(super) pool: Option<ConnectionPool>,
    /// The line's generation, for those who do not wait for their turn.
    current: Mutex<Arc<ServerInstance>>,
    /// How to start the server again; only one that this client started can be.
    restarter: Option<Mutex<Restarter>>,
}

/// What starts the server again, and puts it into the state that the program wants it in.
pub(super) struct Restarter {
    pub(super) starter: Starter,
    pub(super) history: History,
    pub(super) on_start: Option<OnStart>,
}

/// Runs whenever a server has started, before any other call.
pub(super) type OnStart = Box<dyn Fn(Session) -> Result<(), Error> + Send>;

/// How long a server may take to end by itself.
const SHUTDOWN: Duration = Duration::from_secs(5);

impl fmt::Debug for Restarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Restarter").field("history", &self.history).finish_non_exhaustive()
    }
}

impl Session {
    /// The session of a server that is ready.
    pub(super) fn new(
        description: &'static Description,
        (instance, channel): (ServerInstance, Channel),
        call_timeout: Option<Duration>,
    ) -> Self {
        let instance = Arc::new(instance);
        Self::with(description, instance, channel, call_timeout, None)
    }

    fn with(
        description: &'static Description,
        instance: Arc<ServerInstance>,
        channel: Channel,
        call_timeout: Option<Duration>,
        restarter: Option<Mutex<Restarter>>,
    ) -> Self {
        let current = Mutex::new(Arc::clone(&instance));
        let connection = FairMutex::new(Connection::new(Arc::clone(&instance), channel));
        let pool = (description.threads == Threads::Multi).then(ConnectionPool::new);
        let shared = Arc::new(Shared { description, call_timeout, connection, pool, current, restarter });
        instance.owner.store(shared.owner(), Ordering::SeqCst);
        Self(shared)
    }

    /// Starts a server, which is started again as `restarter` says.
    pub(super) fn start(
        description: &'static Description,
        restarter: Restarter,
        call_timeout: Option<Duration>,
    ) -> Result<Self, Error> {
        let (instance, channel) = restarter.start(description, FIRST, call_timeout)?;
        Ok(Self::with(description, instance, channel, call_timeout, Some(Mutex::new(restarter))))
    }

    /// Makes a call: `encode` puts the arguments in, which may refer to what is `borrowed`: slices that only go in, and the
    /// places of what goes in and comes back; `decode` takes the result out.
    ///
    /// # Errors
    /// [`Error`], whatever went wrong with the call, or the method's own.
    pub fn call_with<S, P, T, E: From<Error>>(
        &self,
        method: u32,
        borrowed: (S, &mut P),
        encode: impl for<'s> FnOnce(&mut Arguments<'_, 's>, &'s S, &'s P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E>,
    ) -> Result<T, E> {
        self.0.call(method, borrowed, &mut callback::none, [], encode, decode).map(|(value, [])| value)
    }

    /// As [`Session::call_with`], for a method that takes closures: those that run while the call lasts, and those that
    /// the library keeps. Where the library is to get null for one, it is `None`.
    ///
    /// # Errors
    /// [`Error`], whatever went wrong with the call.
    pub fn call_back<S, P, T, E: From<Error>, const R: usize>(
        &self,
        method: u32,
        borrowed: (S, &mut P),
        closures: CallClosures<'_>,
        registered: [Option<RegisteredClosure>; R],
        encode: impl for<'s> FnOnce(&mut Arguments<'_, 's>, &'s S, &'s P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E>,
    ) -> Result<(T, [Registration; R]), E> {
        self.0.call(method, borrowed, closures, registered, encode, decode)
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.0
    }

    /// Whether the server with this number is the one there is, as far as is known.
    pub(super) fn is_alive(&self, generation: u32) -> bool {
        let current = self.0.current();
        current.info.generation == generation && !current.has_ended()
    }

    /// What is known of the server; of the last one, where it was started again.
    pub fn server_info(&self) -> ServerInfo {
        self.0.current().info.clone()
    }

    /// Ends the server in good order, once the call that it is carrying out is done; a server that was started by hand
    /// goes on without this client. Later calls, also of clones, are [`Error::Shutdown`].
    ///
    /// # Errors
    /// [`Error::Disconnected`] if the system neither ends the server nor tells how it ended.
    pub fn shutdown(&self) -> Result<ServerExit, Error> {
        self.0.shutdown()
    }

    /// Takes the server back out; whoever still has a clone finds it shut down.
    fn dismantle(self) -> Result<(Arc<ServerInstance>, Channel), Error> {
        let mut connection = self.0.connection.wait();
        match mem::replace(&mut connection.state, State::closed(CloseReason::Dismantled)) {
            State::Open(channel) => Ok((Arc::clone(&connection.instance), *channel)),
            State::Closed(closed) => Err(connection.instance.closed(&closed.0)),
            State::Moved => Err(Error::Shutdown),
        }
    }
}

/// The number of the first server.
pub(super) const FIRST: u32 = 1;

impl Restarter {
    /// Starts a server and puts it into its state.
    fn start(
        &self,
        description: &'static Description,
        number: u32,
        call_timeout: Option<Duration>,
    ) -> Result<(Arc<ServerInstance>, Channel), Error> {
        let (instance, channel) = self.starter.start(number)?;
        let instance = Arc::new(instance);
        let Some(on_start) = &self.on_start else { return Ok((instance, channel)) };
        // The hook's calls are made on a session of their own: the other one's callers wait until the hook is done.
        let session = Session::with(description, Arc::clone(&instance), channel, call_timeout, None);
        on_start(session.clone()).and_then(|()| session.dismantle()).inspect_err(|_| {
            // The hook's error is the one to report.
            let _ = instance.end(Duration::ZERO);
        })
    }
}

impl Shared {
    /// A method's name, and its deadline.
    #[inline]
    pub(super) fn method(&self, method: u32) -> (&'static str, Option<Duration>) {
        match self.description.methods.get(method as usize) {
            Some(method) => (method.name, method.timeout.or(self.call_timeout)),
            None => (MemoryCall::of(method).map_or("?", MemoryCall::name), self.call_timeout),
        }
    }

    /// Whether a method calls a function of the library and does nothing else: it has no body, and the server is not of the
    /// user's own type.
    #[cold]
    pub(super) fn calls_one_function(&self, method: u32) -> bool {
        let has_target = self.description.methods.get(method as usize).is_some_and(|method| method.target.is_some());
        has_target && self.current().info.library.is_some()
    }

    fn current(&self) -> Arc<ServerInstance> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A line that the server has a thread for.
    pub(super) fn extra<'p>(
        &self,
        pool: &'p ConnectionPool,
        name: &'static str,
        limit: Option<Duration>,
    ) -> Result<PooledConnection<'p>, Error> {
        if let Some(pooled) = pool.take(&self.current()) {
            return Ok(pooled);
        }
        let mut control = ConnectionGuard::Turn(self.turn(name, limit)?);
        self.ready(&mut control)?;
        let channel = self.exchange(OUTERMOST, name, limit).open(&mut control, Purpose::Calls)?;
        Ok(pool.lend(Connection::new(Arc::clone(&control.instance), channel)))
    }

    /// The line that there always is.
    #[inline]
    pub(super) fn turn(
        &self,
        name: &'static str,
        limit: Option<Duration>,
    ) -> Result<FairMutexGuard<'_, Connection>, Error> {
        match limit {
            None => Ok(self.connection.wait()),
            Some(limit) => {
                let turn = self.connection.wait_for(limit);
                turn.ok_or_else(|| Error::Busy { method: name.to_owned(), after: limit })
            }
        }
    }

    /// What tells this session's calls from those of others.
    pub(super) fn owner(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Makes sure that there is a server. A call from inside of another has that one's, or none.
    #[inline]
    pub(super) fn ready(&self, held: &mut ConnectionGuard<'_>) -> Result<(), Error> {
        let connection: &Connection = held;
        if matches!(connection.state, State::Open(_)) && !connection.instance.has_ended() {
            Ok(())
        } else {
            self.revive(held)
        }
    }

    #[cold]
    fn revive(&self, connection: &mut ConnectionGuard<'_>) -> Result<(), Error> {
        if matches!(connection.state, State::Open(_)) && connection.instance.has_ended() {
            connection.close(CloseReason::BrokenTransport { kind: io::ErrorKind::BrokenPipe, method: None });
        }
        match (&connection.state, &connection) {
            (State::Closed(closed), ConnectionGuard::Turn(_)) => {
                let (closed, when) = (**closed).clone();
                self.restart(connection, &closed, when)
            }
            _ => connection.channel().map(drop).map_err(Error::before_call),
        }
    }

    /// Starts the next generation, or says why there is none.
    #[cold]
    fn restart(&self, connection: &mut Connection, closed: &CloseReason, when: Instant) -> Result<(), Error> {
        let (Some(restarter), false) =
            (&self.restarter, matches!(closed, CloseReason::Shutdown | CloseReason::Dismantled))
        else {
            return Err(connection.instance.closed(closed).before_call());
        };
        let mut restarter = restarter.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(pause) = restarter.history.next(when, Instant::now()) else {
            return Err(connection.instance.closed(closed).before_call());
        };
        // One that broke its line or sent nonsense may still live.
        let _ = connection.instance.end(Duration::ZERO);
        std::thread::sleep(pause);
        let number = connection.instance.info.generation.saturating_add(1);
        let started = restarter.start(self.description, number, self.call_timeout);
        let (instance, channel) = started.inspect_err(|_| {
            // The next pause counts from this failure.
            connection.state = State::closed(closed.clone());
        })?;
        if let Some(watch) = &connection.watch {
            watch.aim(&instance);
        }
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&instance);
        instance.owner.store(self.owner(), Ordering::SeqCst);
        connection.instance = instance;
        connection.state = State::Open(Box::new(channel));
        Ok(())
    }

    fn shutdown(&self) -> Result<ServerExit, Error> {
        let mut connection = match NestedConnection::find(self.owner()) {
            // The server is not to wait for the closure that asks for this.
            Some(nested) if nested.is_for_events() => {
                ConnectionGuard::Nested(nested).close(CloseReason::Shutdown);
                ConnectionGuard::Turn(self.turn("", None)?)
            }
            // With a pool, the line of such a closure is not the one that is about the server.
            Some(nested) if self.pool.is_none() => ConnectionGuard::Nested(nested),
            _ => ConnectionGuard::Turn(self.turn("", None)?),
        };
        self.pool.iter().for_each(ConnectionPool::close);
        if matches!(&connection.state, State::Closed(closed) if matches!(closed.0, CloseReason::Dismantled)) {
            return Err(Error::Shutdown);
        }
        connection.close(CloseReason::Shutdown);
        connection.watch = None;
        let instance = Arc::clone(&connection.instance);
        drop(connection);
        instance.end(SHUTDOWN)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = self.shutdown();
    }
}
