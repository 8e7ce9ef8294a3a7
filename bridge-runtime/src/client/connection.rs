//! A session's connection with what a call needs beside it, and why there may be none any more.

use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, mem};

use super::deadline::DeadlineWatch;
use super::instance::ServerInstance;
use crate::error::Error;
use crate::fault::Fault;
use crate::marshal::Decoder;
use crate::transport::Channel;
use crate::wire::Message;

/// What a call needs, and has for itself while it is made.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) instance: Arc<ServerInstance>,
    pub(super) state: State,
    /// Present from the first call with a deadline on.
    pub(super) watch: Option<Box<DeadlineWatch>>,
}

/// The connection, or why there is none any more.
#[derive(Debug)]
pub(super) enum State {
    /// Boxed, for lines are moved.
    Open(Box<Channel>),
    Closed(Box<(CloseReason, Instant)>),
    /// Another line has it.
    Moved,
}

/// Why a connection was closed; every later call says so.
#[derive(Debug, Clone)]
pub(super) enum CloseReason {
    Shutdown,
    BrokenTransport(io::ErrorKind),
    Nonsense(String),
    Timeout {
        method: &'static str,
        after: Duration,
    },
    /// Another session has the server now.
    Dismantled,
}

impl State {
    /// No connection any more, from now on.
    pub(super) fn closed(closed: CloseReason) -> Self {
        Self::Closed(Box::new((closed, Instant::now())))
    }
}

impl Connection {
    pub(super) fn new(instance: Arc<ServerInstance>, channel: Channel) -> Self {
        Self { instance, state: State::Open(Box::new(channel)), watch: None }
    }

    /// Moves out what there is.
    pub(super) fn take(&mut self) -> Self {
        Self {
            instance: Arc::clone(&self.instance),
            state: mem::replace(&mut self.state, State::Moved),
            watch: self.watch.take(),
        }
    }

    /// The connection.
    ///
    /// # Errors
    /// Why there is none.
    #[inline]
    pub(super) fn channel(&mut self) -> Result<&mut Channel, Error> {
        match &mut self.state {
            State::Open(channel) => Ok(channel),
            State::Closed(closed) => Err(self.instance.closed(&closed.0)),
            State::Moved => Err(Error::Shutdown),
        }
    }

    /// The thread that keeps deadlines.
    pub(super) fn watch(&mut self) -> Result<&DeadlineWatch, Error> {
        match &mut self.watch {
            Some(watch) => Ok(watch),
            empty => Ok(empty.insert(Box::new(DeadlineWatch::start(&self.instance).map_err(Error::Deadline)?))),
        }
    }

    /// What the message that has arrived begins with.
    #[inline]
    pub(super) fn head(&mut self) -> Result<(Message, usize), Error> {
        match self.channel()?.peek_message() {
            Ok(head) => Ok(head),
            Err(error) => Err(self.nonsense(error.to_string())),
        }
    }

    /// Why what has come begins with this, and is no result of a call.
    #[cold]
    pub(super) fn unexpected_reply(&mut self, name: &'static str, message: Message) -> Error {
        match message {
            Message::Fault(fault) => fault_error(name, *fault),
            other => self.nonsense(format!("{other:?} came instead of the result of `{name}`")),
        }
    }

    /// Takes the results of a batch.
    pub(super) fn results(&mut self, name: &'static str, reply: Reply) -> Result<Decoder<'_>, Error> {
        match reply {
            Reply::Other(Message::Results, position) => Ok(self.channel()?.decoder_at(position)),
            Reply::Other(Message::Fault(fault), _) => Err(fault_error(name, *fault)),
            other => Err(self.nonsense(format!("{other:?} came instead of the results of a batch"))),
        }
    }

    /// Drops a connection that broke, or on which nonsense came.
    #[cold]
    pub(super) fn broken(&mut self, error: &io::Error) -> Error {
        let closed = match error.kind() {
            io::ErrorKind::InvalidData => CloseReason::Nonsense(error.to_string()),
            kind => CloseReason::BrokenTransport(kind),
        };
        let error = self.instance.closed(&closed);
        self.close(closed);
        error
    }

    /// Drops a connection on which what cannot be understood came: the server may wait for something else than comes next.
    #[cold]
    pub(super) fn nonsense(&mut self, text: String) -> Error {
        self.broken(&io::Error::new(io::ErrorKind::InvalidData, text))
    }

    /// Drops a connection that is of no further use: with it the server learns that nothing more comes.
    #[cold]
    pub(super) fn close(&mut self, closed: CloseReason) {
        self.state = State::closed(closed);
        if let Some(watch) = &self.watch {
            // A result that was not taken may have left its deadline behind, which would be the next server's.
            let _ = watch.disarm();
        }
        self.instance.forget_closures();
    }
}

/// What has come when a call, or a batch, is over.
#[derive(Debug)]
pub(super) enum Reply {
    /// The result of a call, or its beginning.
    Result,
    /// What begins with this, and where that ends.
    Other(Message, usize),
}

/// Why the part of a batch's results that begins with this is no result of its call.
#[cold]
pub(super) fn unexpected_batch_reply(name: &'static str, message: Message) -> Error {
    match message {
        Message::Fault(fault) => fault_error(name, *fault),
        message => Error::Protocol(format!("{message:?} came instead of the result of `{name}`")),
    }
}

/// A fault, with the method that it is of.
#[cold]
fn fault_error(method: &str, fault: Fault) -> Error {
    let method = method.to_owned();
    match fault {
        Fault::Panic { message, location } => Error::Panic { method, message, location },
        Fault::Argument { parameter, reason } => Error::Argument { method, parameter, reason },
        Fault::StaleHandle { parameter } => Error::StaleHandle { method, parameter },
        Fault::SymbolMissing { symbol } => Error::SymbolMissing { method, symbol },
        Fault::Status { value, os_error } => Error::Status { method, value, os_error },
        Fault::Exception { class, message, stack_trace } => Error::Exception { method, class, message, stack_trace },
        Fault::Callback { callback, reason } => Error::Callback { method, callback, reason },
        other => Error::Fault { method, reason: other.to_string() },
    }
}
