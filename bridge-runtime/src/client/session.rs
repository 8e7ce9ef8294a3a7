//! A client's connection to its server: calls, and the end.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fmt, mem};

use super::deadline::Watch;
use super::generation::{Generation, Server};
use super::restart::History;
use super::start::Starter;
use super::turns::{Turn, Turns};
use super::{Arguments, Outcome, ServerExit, ServerInfo};
use crate::error::Error;
use crate::fault::Fault;
use crate::interface::Description;
use crate::lane::LaneEnd;
use crate::process::End;
use crate::wire::Message;

/// The connection that a generated client and its clones share.
#[derive(Debug, Clone)]
pub struct Session(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    description: &'static Description,
    /// The deadline of calls whose method has none of its own.
    call_timeout: Option<Duration>,
    line: Turns<Line>,
    /// The line's generation, for those who do not wait for their turn.
    current: Mutex<Arc<Generation>>,
    /// How to start the server again; only one that this client started can be.
    restarter: Option<Mutex<Restarter>>,
}

/// What a call needs, and has for itself while it is made.
#[derive(Debug)]
struct Line {
    generation: Arc<Generation>,
    state: State,
    /// Present from the first call with a deadline on.
    watch: Option<Watch>,
}

/// The lane, or why there is none any more.
#[derive(Debug)]
enum State {
    Open(LaneEnd),
    Closed(Closed, Instant),
}

/// Why a lane was closed; every later call says so.
#[derive(Debug, Clone)]
enum Closed {
    Shutdown,
    Broken(io::ErrorKind),
    Nonsense(String),
    Timeout {
        method: &'static str,
        after: Duration,
    },
    /// Another session has the server now.
    Dismantled,
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

/// How long a server that closed its lane may take to be gone.
const DEATH: Duration = Duration::from_secs(2);

impl fmt::Debug for Restarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Restarter").field("history", &self.history).finish_non_exhaustive()
    }
}

impl Session {
    /// The session of a server that is ready.
    pub(super) fn new(
        description: &'static Description,
        (generation, lane): (Generation, LaneEnd),
        call_timeout: Option<Duration>,
    ) -> Self {
        let generation = Arc::new(generation);
        Self::with(description, generation, lane, call_timeout, None)
    }

    fn with(
        description: &'static Description,
        generation: Arc<Generation>,
        lane: LaneEnd,
        call_timeout: Option<Duration>,
        restarter: Option<Mutex<Restarter>>,
    ) -> Self {
        let current = Mutex::new(Arc::clone(&generation));
        let line = Turns::new(Line { generation, state: State::Open(lane), watch: None });
        Self(Arc::new(Shared { description, call_timeout, line, current, restarter }))
    }

    /// Starts a server, which is started again as `restarter` says.
    pub(super) fn start(
        description: &'static Description,
        restarter: Restarter,
        call_timeout: Option<Duration>,
    ) -> Result<Self, Error> {
        let (generation, lane) = restarter.start(description, FIRST, call_timeout)?;
        Ok(Self::with(description, generation, lane, call_timeout, Some(Mutex::new(restarter))))
    }

    /// Makes a call: `encode` puts the arguments in, `decode` takes the result out.
    ///
    /// # Errors
    /// [`Error`], whatever went wrong with the call.
    pub fn call<T>(
        &self,
        method: u32,
        encode: impl FnOnce(&mut Arguments<'_>) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.call_with(method, &mut (), |arguments, ()| encode(arguments), |outcome, ()| decode(outcome))
    }

    /// As [`Session::call`], for what goes in and comes back in the same place.
    ///
    /// # Errors
    /// [`Error`], whatever went wrong with the call.
    pub fn call_with<P, T>(
        &self,
        method: u32,
        places: &mut P,
        encode: impl FnOnce(&mut Arguments<'_>, &mut P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (name, limit) = self.0.method(method);
        let mut line = self.0.turn(name, limit)?;
        encode(&mut self.0.begin(&mut line, method, name)?, places)?;
        let mut outcome = self.0.exchange(&mut line, name, limit)?;
        let value = decode(&mut outcome, places)?;
        outcome.finish()?;
        Ok(value)
    }

    /// What is known of the server; of the last one, where it was started again.
    pub fn server(&self) -> ServerInfo {
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
    fn dismantle(self) -> Result<(Arc<Generation>, LaneEnd), Error> {
        let mut line = self.0.line.wait();
        match mem::replace(&mut line.state, State::Closed(Closed::Dismantled, Instant::now())) {
            State::Open(lane) => Ok((Arc::clone(&line.generation), lane)),
            State::Closed(closed, _) => Err(line.generation.closed(&closed)),
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
    ) -> Result<(Arc<Generation>, LaneEnd), Error> {
        let (generation, lane) = self.starter.start(number)?;
        let generation = Arc::new(generation);
        let Some(on_start) = &self.on_start else { return Ok((generation, lane)) };
        // The hook's calls are made on a session of their own: the other one's callers wait until the hook is done.
        let session = Session::with(description, Arc::clone(&generation), lane, call_timeout, None);
        on_start(session.clone()).and_then(|()| session.dismantle()).inspect_err(|_| {
            // The hook's error is the one to report.
            let _ = generation.end(Duration::ZERO);
        })
    }
}

impl Shared {
    /// A method's name, and its deadline.
    fn method(&self, method: u32) -> (&'static str, Option<Duration>) {
        match self.description.methods.get(method as usize) {
            Some(method) => (method.name, method.timeout.or(self.call_timeout)),
            None => ("?", self.call_timeout),
        }
    }

    fn current(&self) -> Arc<Generation> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until nobody else is calling, no longer than the call itself may take.
    fn turn(&self, name: &'static str, limit: Option<Duration>) -> Result<Turn<'_, Line>, Error> {
        match limit {
            None => Ok(self.line.wait()),
            Some(limit) => {
                self.line.wait_for(limit).ok_or_else(|| Error::Busy { method: name.to_owned(), after: limit })
            }
        }
    }

    fn begin<'l>(&self, line: &'l mut Line, method: u32, name: &'static str) -> Result<Arguments<'l>, Error> {
        if matches!(line.state, State::Open(_)) && line.generation.has_ended() {
            line.close(Closed::Broken(io::ErrorKind::BrokenPipe));
        }
        if let State::Closed(closed, when) = &line.state {
            let (closed, when) = (closed.clone(), *when);
            self.restart(line, &closed, when)?;
        }
        match &mut line.state {
            State::Open(lane) => match lane.begin(&Message::Call { method }) {
                Ok(encoder) => Ok(Arguments::new(name, encoder)),
                Err(error) => Err(Error::Fault { method: name.to_owned(), reason: error.to_string() }),
            },
            State::Closed(closed, _) => Err(line.generation.closed(closed)),
        }
    }

    /// Starts the next generation, or says why there is none.
    #[cold]
    fn restart(&self, line: &mut Line, closed: &Closed, when: Instant) -> Result<(), Error> {
        let (Some(restarter), false) = (&self.restarter, matches!(closed, Closed::Shutdown | Closed::Dismantled))
        else {
            return Err(line.generation.closed(closed));
        };
        let mut restarter = restarter.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(pause) = restarter.history.next(when, Instant::now()) else {
            return Err(line.generation.closed(closed));
        };
        // One that broke its line or sent nonsense may still live.
        let _ = line.generation.end(Duration::ZERO);
        std::thread::sleep(pause);
        let number = line.generation.info.generation.saturating_add(1);
        let started = restarter.start(self.description, number, self.call_timeout);
        let (generation, lane) = started.inspect_err(|_| {
            // The next pause counts from this failure.
            line.state = State::Closed(closed.clone(), Instant::now());
        })?;
        if let Some(watch) = &line.watch {
            watch.aim(&generation);
        }
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&generation);
        line.generation = generation;
        line.state = State::Open(lane);
        Ok(())
    }

    /// Sends the call that was begun, and waits for its result.
    fn exchange<'l>(
        &self,
        line: &'l mut Line,
        name: &'static str,
        limit: Option<Duration>,
    ) -> Result<Outcome<'l>, Error> {
        if let Some(limit) = limit {
            line.watch()?.arm(limit);
        }
        let State::Open(lane) = &mut line.state else { return Err(Error::Shutdown) };
        let sent_and_received = lane.send().and_then(|()| lane.wait());
        if let (Some(after), Some(watch)) = (limit, &line.watch)
            && watch.disarm()
        {
            // Even if the result has come at the last moment: the server is being ended.
            line.close(Closed::Timeout { method: name, after });
            // That it is gone is part of what the error says; a process that the system cannot end is beyond that.
            let _ = line.generation.end(Duration::ZERO);
            return Err(Error::Timeout { method: name.to_owned(), after });
        }
        if let Err(error) = sent_and_received {
            let closed = match error.kind() {
                io::ErrorKind::InvalidData => Closed::Nonsense(error.to_string()),
                kind => Closed::Broken(kind),
            };
            let error = line.generation.closed(&closed);
            line.close(closed);
            return Err(error);
        }
        line.outcome(name)
    }

    fn shutdown(&self) -> Result<ServerExit, Error> {
        let mut line = self.line.wait();
        if let State::Closed(Closed::Dismantled, _) = line.state {
            return Err(Error::Shutdown);
        }
        line.close(Closed::Shutdown);
        line.watch = None;
        let generation = Arc::clone(&line.generation);
        drop(line);
        generation.end(SHUTDOWN)
    }
}

impl Line {
    /// The thread that keeps deadlines.
    fn watch(&mut self) -> Result<&Watch, Error> {
        match &mut self.watch {
            Some(watch) => Ok(watch),
            empty => Ok(empty.insert(Watch::start(&self.generation).map_err(Error::Deadline)?)),
        }
    }

    /// Takes the message that has arrived.
    fn outcome(&mut self, name: &'static str) -> Result<Outcome<'_>, Error> {
        let State::Open(lane) = &mut self.state else { return Err(Error::Shutdown) };
        match lane.received() {
            Ok((Message::Return, decoder, _)) => Ok(Outcome::new(name, decoder)),
            Ok((Message::Fault(fault), ..)) => Err(fault_error(name, fault)),
            Ok((message, ..)) => Err(Error::Protocol(format!("{message:?} came instead of the result of `{name}`"))),
            Err(error) => Err(Error::Protocol(error.to_string())),
        }
    }

    /// Drops a lane that is of no further use: with it the server learns that nothing more comes.
    #[cold]
    fn close(&mut self, closed: Closed) {
        self.state = State::Closed(closed, Instant::now());
    }
}

impl Generation {
    /// Why its lane is closed. A broken pipe is only the symptom: how the server ended is what happened.
    #[cold]
    fn closed(&self, closed: &Closed) -> Error {
        match (closed, &self.server) {
            (Closed::Shutdown | Closed::Dismantled, _) => Error::Shutdown,
            (Closed::Nonsense(text), _) => Error::Protocol(text.clone()),
            (Closed::Timeout { method, after }, _) => Error::GivenUp { method: (*method).to_owned(), after: *after },
            (Closed::Broken(_), Server::Launched(supervisor)) => match supervisor.end(DEATH) {
                Ok(End { status, stderr, .. }) => Error::ServerDied { status, stderr },
                Err(error) => Error::Disconnected(error),
            },
            (Closed::Broken(kind), _) => Error::Disconnected((*kind).into()),
        }
    }

    /// Gives a process that this client started `patience` to end by itself, and tells how it ended; whoever else is
    /// at the other end only loses this client.
    fn end(&self, patience: Duration) -> Result<ServerExit, Error> {
        match &self.server {
            Server::Launched(supervisor) => {
                let End { status, stdout, stderr } = supervisor.end(patience).map_err(Error::Disconnected)?;
                Ok(ServerExit { status: Some(status), stdout, stderr })
            }
            Server::Connected | Server::InProcess(_) => {
                self.join();
                Ok(ServerExit { status: None, stdout: String::new(), stderr: String::new() })
            }
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = self.shutdown();
    }
}

/// A fault, with the method that it is of.
#[cold]
fn fault_error(method: &str, fault: Fault) -> Error {
    let method = method.to_owned();
    match fault {
        Fault::Panic { message, location } => Error::Panic { method, message, location },
        Fault::Argument { parameter, reason } => Error::Argument { method, parameter, reason },
        Fault::SymbolMissing { symbol } => Error::SymbolMissing { method, symbol },
        Fault::Status { value, os_error } => Error::Status { method, value, os_error },
        other => Error::Fault { method, reason: other.to_string() },
    }
}
