//! A client's connection to its server: the channel, the server instance and the deadline watch.

use std::sync::Arc;
use std::time::Instant;
use std::{io, mem};

use super::close_reason::CloseReason;
use super::deadline::DeadlineWatch;
use super::instance::ServerInstance;
use crate::error::Error;
use crate::transport::Channel;
use crate::wire::Message;

/// A connection, used by one call at a time.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) instance: Arc<ServerInstance>,
    pub(super) state: ConnectionState,
    /// Created by the first call that has a deadline.
    pub(super) watch: Option<Box<DeadlineWatch>>,
}

/// The channel, or the reason why it is closed.
#[derive(Debug)]
pub(super) enum ConnectionState {
    /// Boxed, to make connections cheap to move.
    Open(Box<Channel>),
    Closed(Box<(CloseReason, Instant)>),
    /// [`Connection::take`] has moved it to another connection.
    Moved,
}

impl ConnectionState {
    /// The state of a connection that is closed now.
    pub(super) fn closed(reason: CloseReason) -> Self {
        Self::Closed(Box::new((reason, Instant::now())))
    }
}

impl Connection {
    pub(super) fn new(instance: Arc<ServerInstance>, channel: Channel) -> Self {
        Self { instance, state: ConnectionState::Open(Box::new(channel)), watch: None }
    }

    /// Moves the content to a new connection.
    pub(super) fn take(&mut self) -> Self {
        Self {
            instance: Arc::clone(&self.instance),
            state: mem::replace(&mut self.state, ConnectionState::Moved),
            watch: self.watch.take(),
        }
    }

    /// Gives the connection up in a fork of the process that has made it: closes this process's copies of its files, and leaks what
    /// belongs to threads of the other process.
    #[cold]
    pub(super) fn abandon(&mut self) {
        let state = mem::replace(&mut self.state, ConnectionState::Moved);
        // The other end is a thread that does not exist here.
        if self.instance.is_in_process() {
            mem::forget(state)
        } else {
            drop(state)
        }
        mem::forget(self.watch.take());
        self.instance.abandon();
    }

    /// Whether the connection is open and its server is not known to have ended.
    #[inline]
    pub(super) fn is_usable(&self) -> bool {
        matches!(self.state, ConnectionState::Open(_)) && !self.instance.has_exited()
    }

    /// Returns the channel.
    ///
    /// # Errors
    /// The error that corresponds to the reason for closing the connection.
    #[inline]
    pub(super) fn channel(&mut self) -> Result<&mut Channel, Error> {
        match &mut self.state {
            ConnectionState::Open(channel) => Ok(channel),
            ConnectionState::Closed(closed) => Err(self.instance.closed(&closed.0)),
            ConnectionState::Moved => Err(Error::Shutdown),
        }
    }

    /// Returns the watch that enforces deadlines; starts its thread the first time.
    ///
    /// # Errors
    /// [`Error::Thread`] if the thread cannot be started.
    pub(super) fn watch(&mut self) -> Result<&DeadlineWatch, Error> {
        match &mut self.watch {
            Some(watch) => Ok(watch),
            empty => Ok(empty.insert(Box::new(DeadlineWatch::start(&self.instance)?))),
        }
    }

    /// Decodes the message that has arrived; also returns the position of its content.
    #[inline]
    pub(super) fn message(&mut self) -> Result<(Message, usize), Error> {
        match self.channel()?.peek_message() {
            Ok(message) => Ok(message),
            Err(error) => Err(self.protocol_error(error.to_string())),
        }
    }

    /// Returns the error of a call that was answered with `message` instead of a result. Unless that is a fault, the connection
    /// is closed.
    #[cold]
    pub(super) fn unexpected_reply(&mut self, method: &'static str, message: Message) -> Error {
        match message {
            Message::Fault(fault) => Error::from_fault(method, *fault),
            message => self.protocol_error(unexpected_text(method, &message)),
        }
    }

    /// Closes a connection on which sending or receiving failed, and returns the error of the call. `method` is the one that was
    /// being called.
    #[cold]
    pub(super) fn broken(&mut self, method: Option<&'static str>, error: &io::Error) -> Error {
        let reason = match error.kind() {
            // What arrives from a server that the program is ending may be incomplete.
            io::ErrorKind::InvalidData if self.instance.end_reason().is_none() => {
                CloseReason::Protocol(error.to_string())
            }
            kind => CloseReason::Broken { kind, method },
        };
        let error = self.instance.closed(&reason);
        self.close(reason);
        error
    }

    /// Closes a connection after an invalid message: client and server may no longer agree on whose message is next.
    #[cold]
    pub(super) fn protocol_error(&mut self, text: String) -> Error {
        self.broken(None, &io::Error::new(io::ErrorKind::InvalidData, text))
    }

    /// Closes the connection, which the server notices.
    #[cold]
    pub(super) fn close(&mut self, reason: CloseReason) {
        self.state = ConnectionState::closed(reason);
        if let Some(watch) = &self.watch {
            // The deadline of an unfinished call must not apply to the next server.
            let _ = watch.disarm();
        }
        self.instance.forget_closures();
    }
}

/// Converts a message that arrived in place of the result of `method`.
#[cold]
pub(super) fn reply_error(method: &'static str, message: Message) -> Error {
    match message {
        Message::Fault(fault) => Error::from_fault(method, *fault),
        message => Error::protocol(unexpected_text(method, &message)),
    }
}

fn unexpected_text(method: &str, message: &Message) -> String {
    format!("{message:?} came instead of the result of `{method}`")
}
