//! One request on a connection: sends it, runs the callbacks that the server requests, and receives the reply.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use super::arguments::Outcome;
use super::callback::{Arrived, CallbackBuffers, CallbackRequest};
use super::close_reason::CloseReason;
use super::closures::{CallClosures, no_closures};
use super::connection::Connection;
use super::deadline::Deadline;
use super::nesting::SessionId;
use crate::error::Error;
use crate::marshal::{BorrowedSlices, EncodeError};
use crate::transport::Channel;
use crate::wire::{Message, OUTERMOST};

/// The parts of a call that stay the same until it returns.
#[derive(Debug, Clone, Copy)]
pub(super) struct CallContext {
    pub(super) session: SessionId,
    /// The nesting depth: the number of calls that it is nested in, itself included.
    pub(super) depth: u32,
    /// The method's name, for errors.
    pub(super) method: &'static str,
    /// How long the server may take.
    pub(super) limit: Option<Duration>,
}

/// The reply to a request.
#[derive(Debug)]
pub(super) enum Reply {
    /// A result, or its beginning.
    Result,
    /// The results of a batch.
    Results,
    /// Another message.
    Other(Message),
}

impl Reply {
    /// Returns the reply that has arrived, if its tag is enough to recognize it.
    #[inline]
    fn of_tag(channel: &Channel) -> Option<Self> {
        if channel.has_result() {
            Some(Self::Result)
        } else if channel.has_results() {
            Some(Self::Results)
        } else {
            None
        }
    }
}

impl CallContext {
    /// Whether the call is not nested in another one.
    #[inline]
    pub(super) fn is_outermost(&self) -> bool {
        self.depth == OUTERMOST
    }

    /// Sends the request that was begun, which may refer to borrowed slices, and runs callbacks until the reply has arrived.
    #[inline]
    pub(super) fn send_request(
        &self,
        connection: &mut Connection,
        borrowed: &BorrowedSlices<'_>,
        closures: CallClosures<'_>,
    ) -> Result<Reply, Error> {
        let deadline = self.send_and_wait(connection, borrowed, self.limit)?;
        match Reply::of_tag(connection.channel()?) {
            Some(reply) => Ok(reply),
            None => self.run_callbacks(connection, deadline, closures),
        }
    }

    /// As [`CallContext::send_request`], for requests whose reply is a result.
    #[inline]
    pub(super) fn send_for_result(
        &self,
        connection: &mut Connection,
        borrowed: &BorrowedSlices<'_>,
        closures: CallClosures<'_>,
    ) -> Result<(), Error> {
        match self.send_request(connection, borrowed, closures)? {
            Reply::Result => Ok(()),
            Reply::Results => Err(connection.unexpected_reply(self.method, Message::Results)),
            Reply::Other(message) => Err(connection.unexpected_reply(self.method, message)),
        }
    }

    /// Sends a request other than a call of a method, and waits until the server has carried it out.
    pub(super) fn request(&self, connection: &mut Connection, message: &Message) -> Result<(), Error> {
        connection.channel()?.begin(message).map(drop).map_err(|error| self.encode_error(&error))?;
        self.send_for_result(connection, BorrowedSlices::NONE, &mut no_closures)?;
        self.decode(connection, |_| true)
    }

    /// Runs callbacks until the reply has arrived. `deadline` is that of the request, which the first callback met.
    fn run_callbacks(
        &self,
        connection: &mut Connection,
        deadline: Option<Deadline>,
        closures: CallClosures<'_>,
    ) -> Result<Reply, Error> {
        let mut buffers = CallbackBuffers::take(connection)?;
        let reply = self.run_each_callback(connection, deadline, closures, &mut buffers);
        buffers.give_back(connection);
        reply
    }

    fn run_each_callback(
        &self,
        connection: &mut Connection,
        mut deadline: Option<Deadline>,
        closures: CallClosures<'_>,
        buffers: &mut CallbackBuffers,
    ) -> Result<Reply, Error> {
        loop {
            let (request, position) = match CallbackRequest::receive(connection)? {
                Arrived::Callback(request, position) => (request, position),
                Arrived::Other(message) => return Ok(Reply::Other(message)),
            };
            // The time that the closure takes does not count.
            let left = deadline.zip(connection.watch.as_ref()).map(|(deadline, watch)| watch.left(deadline));
            let begun = request.run(connection, (self.session, self.depth), position, closures, buffers)?;
            begun.map_err(|error| self.encode_error(&error))?;
            deadline = self.send_and_wait(connection, BorrowedSlices::NONE, left)?;
            if let Some(reply) = Reply::of_tag(connection.channel()?) {
                return Ok(reply);
            }
        }
    }

    /// Sends one message and waits for the next one, for the time `left` at most. Returns the deadline if it was met.
    #[inline]
    fn send_and_wait(
        &self,
        connection: &mut Connection,
        borrowed: &BorrowedSlices<'_>,
        left: Option<Duration>,
    ) -> Result<Option<Deadline>, Error> {
        if let Some(left) = left {
            connection.watch()?.arm(left);
        }
        let channel = connection.channel()?;
        let result = channel.send_borrowed(borrowed).and_then(|()| channel.wait_for_reply());
        // While a reply is streaming, its deadline stays armed.
        if result.is_ok() && (left.is_none() || channel.is_streaming()) {
            return Ok(None);
        }
        self.check_deadline(connection, result)
    }

    /// Disarms the deadline once the whole message has arrived, or the connection has broken. Returns it if it was met.
    fn check_deadline(&self, connection: &mut Connection, result: io::Result<()>) -> Result<Option<Deadline>, Error> {
        let mut deadline_met = None;
        if let (Some(after), Some(watch)) = (self.limit, &connection.watch) {
            let Some(deadline) = watch.disarm() else {
                // Even if the reply has arrived meanwhile: the watch is killing the server.
                return Err(self.timed_out(connection, after));
            };
            deadline_met = Some(deadline);
        }
        match result {
            Ok(()) => Ok(deadline_met),
            Err(error) => Err(connection.broken(Some(self.method), &error)),
        }
    }

    /// Closes the connection and kills the server, and returns the error.
    #[cold]
    pub(super) fn timed_out(&self, connection: &mut Connection, after: Duration) -> Error {
        connection.close(CloseReason::Timeout { method: self.method, after });
        crate::trace::deadline_passed(connection.instance.info.pid, self.method, after);
        // A failure to kill the process is not reported: the caller needs to see the time-out.
        let _ = connection.instance.terminate(Duration::ZERO);
        Error::Timeout { method: self.method.to_owned(), after }
    }

    /// Decodes the result, which has arrived or is streaming. `decode` returns whether the whole message must have been read.
    #[inline]
    pub(super) fn decode(
        &self,
        connection: &mut Connection,
        mut decode: impl FnMut(&mut Outcome<'_>) -> bool,
    ) -> Result<(), Error> {
        let channel = connection.channel()?;
        if channel.is_streaming() {
            return self.decode_streaming(connection, &mut decode);
        }
        let mut outcome = Outcome::new(self.method, channel.result());
        if decode(&mut outcome) { outcome.finish() } else { Ok(()) }
    }

    fn decode_streaming(
        &self,
        connection: &mut Connection,
        decode: &mut dyn FnMut(&mut Outcome<'_>) -> bool,
    ) -> Result<(), Error> {
        let mut outcome = Outcome::streaming(self.method, connection.channel()?.streaming_reply());
        // Even after a panic in `decode`, the message must be read to its end and the deadline disarmed.
        let decoded = catch_unwind(AssertUnwindSafe(|| if decode(&mut outcome) { outcome.finish() } else { Ok(()) }));
        let completed = connection.channel()?.complete();
        self.check_deadline(connection, completed)?;
        decoded.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Converts the error of a message that could not be encoded.
    #[cold]
    pub(super) fn encode_error(&self, error: &EncodeError) -> Error {
        Error::Fault { method: self.method.to_owned(), reason: error.to_string() }
    }
}
