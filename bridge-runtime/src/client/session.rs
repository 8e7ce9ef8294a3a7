//! A client's connection to its server: calls, and the end.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{Arguments, Outcome, ServerExit, ServerInfo};
use crate::error::Error;
use crate::fault::Fault;
use crate::interface::Description;
use crate::lane::LaneEnd;
use crate::process::{End, Supervisor};
use crate::wire::Message;

/// The connection that a generated client and its clones share.
#[derive(Debug, Clone)]
pub struct Session(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    description: &'static Description,
    info: ServerInfo,
    /// The server runs one call at a time, so its callers queue here.
    line: Mutex<Line>,
    server: Server,
}

/// The lane, or why there is none any more.
#[derive(Debug)]
enum Line {
    Open(LaneEnd),
    Closed(Closed),
}

/// Why a lane was closed; every later call says so.
#[derive(Debug, Clone)]
enum Closed {
    Shutdown,
    Broken(io::ErrorKind),
    Nonsense(String),
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

/// How long a server may take to end by itself.
const SHUTDOWN: Duration = Duration::from_secs(5);

/// How long a server that closed its lane may take to be gone.
const DEATH: Duration = Duration::from_secs(2);

impl Session {
    pub(super) fn new(description: &'static Description, info: ServerInfo, lane: LaneEnd, server: Server) -> Self {
        Self(Arc::new(Shared { description, info, line: Mutex::new(Line::Open(lane)), server }))
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
        let name = self.0.method_name(method);
        let mut line = self.0.line();
        encode(&mut self.0.begin(&mut line, method, name)?, places)?;
        let mut outcome = self.0.exchange(&mut line, name)?;
        let value = decode(&mut outcome, places)?;
        outcome.finish()?;
        Ok(value)
    }

    /// What is known of the server.
    pub fn server(&self) -> &ServerInfo {
        &self.0.info
    }

    /// Ends the server in good order, once the call that it is carrying out is done; a server that was started by hand
    /// goes on without this client. Later calls, also of clones, are [`Error::Shutdown`].
    ///
    /// # Errors
    /// [`Error::Disconnected`] if the system neither ends the server nor tells how it ended.
    pub fn shutdown(&self) -> Result<ServerExit, Error> {
        self.0.shutdown()
    }
}

impl Shared {
    fn method_name(&self, method: u32) -> &'static str {
        self.description.methods.get(method as usize).map_or("?", |method| method.name)
    }

    /// A panic in somebody's `Serialize` leaves the lane as it was: nothing was sent.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin<'l>(&self, line: &'l mut Line, method: u32, name: &'static str) -> Result<Arguments<'l>, Error> {
        match line {
            Line::Open(lane) => match lane.begin(&Message::Call { method }) {
                Ok(encoder) => Ok(Arguments::new(name, encoder)),
                Err(error) => Err(Error::Fault { method: name.to_owned(), reason: error.to_string() }),
            },
            Line::Closed(closed) => Err(self.closed(closed)),
        }
    }

    /// Sends the call that was begun, and waits for its result.
    fn exchange<'l>(&self, line: &'l mut Line, name: &'static str) -> Result<Outcome<'l>, Error> {
        let sent_and_received = match line {
            Line::Open(lane) => lane.send().and_then(|()| lane.wait()),
            Line::Closed(closed) => return Err(self.closed(closed)),
        };
        if let Err(error) = sent_and_received {
            let closed = match error.kind() {
                io::ErrorKind::InvalidData => Closed::Nonsense(error.to_string()),
                kind => Closed::Broken(kind),
            };
            return Err(self.close(line, closed));
        }
        self.outcome(line, name)
    }

    /// Takes the message that has arrived.
    fn outcome<'l>(&self, line: &'l mut Line, name: &'static str) -> Result<Outcome<'l>, Error> {
        let Line::Open(lane) = line else { return Err(Error::Shutdown) };
        match lane.received() {
            Ok((Message::Return, decoder, _)) => Ok(Outcome::new(name, decoder)),
            Ok((Message::Fault(fault), ..)) => Err(fault_error(name, fault)),
            Ok((message, ..)) => Err(Error::Protocol(format!("{message:?} came instead of the result of `{name}`"))),
            Err(error) => Err(Error::Protocol(error.to_string())),
        }
    }

    /// Closes a lane that is of no further use, and says why.
    #[cold]
    fn close(&self, line: &mut Line, closed: Closed) -> Error {
        let error = self.closed(&closed);
        *line = Line::Closed(closed);
        error
    }

    /// Why a lane is closed. A broken pipe is only the symptom: how the server ended is what happened.
    #[cold]
    fn closed(&self, closed: &Closed) -> Error {
        match (closed, &self.server) {
            (Closed::Shutdown, _) => Error::Shutdown,
            (Closed::Nonsense(text), _) => Error::Protocol(text.clone()),
            (Closed::Broken(_), Server::Launched(supervisor)) => match supervisor.end(DEATH) {
                Ok(End { status, stderr, .. }) => Error::ServerDied { status, stderr },
                Err(error) => Error::Disconnected(error),
            },
            (Closed::Broken(kind), _) => Error::Disconnected((*kind).into()),
        }
    }

    fn shutdown(&self) -> Result<ServerExit, Error> {
        // Dropping the lane is how the server learns of it.
        let mut line = self.line();
        if let Line::Open(_) = *line {
            *line = Line::Closed(Closed::Shutdown);
        }
        drop(line);
        match &self.server {
            Server::Launched(supervisor) => {
                let End { status, stdout, stderr } = supervisor.end(SHUTDOWN).map_err(Error::Disconnected)?;
                return Ok(ServerExit { status: Some(status), stdout, stderr });
            }
            Server::Connected => {}
            Server::InProcess(thread) => {
                if let Some(thread) = thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    // A panic there was the server's; the methods' own are caught.
                    let _ = thread.join();
                }
            }
        }
        Ok(ServerExit { status: None, stdout: String::new(), stderr: String::new() })
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
