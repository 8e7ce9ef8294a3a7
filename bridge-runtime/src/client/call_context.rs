//! What a call says on its line: its message, the answers of its closures, and what it asks for beside it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::callback::{self, CallClosures, CallbackReply, RegisteredClosure, RegisteredClosures, guarded};
use super::connection::{CloseReason, Connection, Reply};
use super::deadline::Deadline;
use super::extra_connection::ExtraConnection;
use super::nesting::{OUTERMOST, suspend};
use super::session::Shared;
use super::{Outcome, event_connection};
use crate::error::Error;
use crate::marshal::{BorrowedSlices, EncodeError};
use crate::registration::Registration;
use crate::transport::{Channel, LargerArena, OwnedMessage};
use crate::wire::{GrowArena, Message, Purpose};

/// How long a server may take for what it says it has done, where the call has no limit.
const JOIN: Duration = Duration::from_secs(10);

/// A call that is being made.
pub(super) struct CallContext {
    owner: usize,
    depth: u32,
    name: &'static str,
    limit: Option<Duration>,
}

/// Memory for what its closures are asked, and what they answer, while messages of nested calls come and go.
struct CallbackBuffers {
    question: OwnedMessage,
    answer: CallbackReply,
}

/// Which closure the server asks for.
#[derive(Debug)]
enum Asked {
    /// One of a call, which is inside of so many, itself included.
    Closure { depth: u32, place: u32 },
    /// One that is registered.
    Registered(Arc<RegisteredClosures>, u32),
}

impl Shared {
    /// What a call on this line has to know.
    #[inline]
    pub(super) fn exchange(&self, depth: u32, name: &'static str, limit: Option<Duration>) -> CallContext {
        CallContext { owner: self.owner(), depth, name, limit }
    }
}

impl CallContext {
    /// Whether it is inside of no other call.
    #[inline]
    pub(super) fn is_outermost(&self) -> bool {
        self.depth == OUTERMOST
    }

    /// Begins the call's message; its arguments are to be appended to the connection's encoder.
    #[inline]
    pub(super) fn begin(&self, connection: &mut Connection, method: u32) -> Result<(), Error> {
        let is_outermost = self.is_outermost();
        if is_outermost {
            self.grow_arena(connection)?;
        }
        connection.channel()?.begin_call(method, is_outermost).map_err(|error| self.unsent(&error))
    }

    /// What could not be put into a message.
    #[cold]
    fn unsent(&self, error: &EncodeError) -> Error {
        Error::Fault { method: self.name.to_owned(), reason: error.to_string() }
    }

    /// As [`CallContext::run`], for what is answered with a result.
    #[inline]
    pub(super) fn result(
        &self,
        connection: &mut Connection,
        borrowed: &BorrowedSlices<'_>,
        closures: CallClosures<'_>,
    ) -> Result<(), Error> {
        match self.run(connection, borrowed, closures)? {
            Reply::Result => Ok(()),
            Reply::Other(message, _) => Err(connection.unexpected_reply(self.name, message)),
        }
    }

    /// Sends the message that was begun, which refers to what is `borrowed`, and runs closures for as long as the server asks for
    /// it; then the answer has come.
    #[inline]
    pub(super) fn run(
        &self,
        connection: &mut Connection,
        borrowed: &BorrowedSlices<'_>,
        closures: CallClosures<'_>,
    ) -> Result<Reply, Error> {
        let deadline = self.send_and_wait(connection, borrowed, self.limit)?;
        if connection.channel()?.has_result() { Ok(Reply::Result) } else { self.go_on(connection, deadline, closures) }
    }

    /// Goes on with what is no result, which has come: runs closures until it is the answer.
    fn go_on(
        &self,
        connection: &mut Connection,
        deadline: Option<Deadline>,
        closures: CallClosures<'_>,
    ) -> Result<Reply, Error> {
        let channel = connection.channel()?;
        let mut aside = CallbackBuffers {
            question: OwnedMessage::new(channel.spare_buffer()),
            answer: CallbackReply::new(channel.spare_buffer()),
        };
        let reply = self.run_closures(connection, deadline, closures, &mut aside);
        if let Ok(channel) = connection.channel() {
            channel.recycle(aside.question.into_buffer());
            channel.recycle(aside.answer.into_buffer());
        }
        reply
    }

    fn run_closures(
        &self,
        connection: &mut Connection,
        mut deadline: Option<Deadline>,
        closures: CallClosures<'_>,
        aside: &mut CallbackBuffers,
    ) -> Result<Reply, Error> {
        loop {
            let (asked, position) = match connection.channel()?.callback() {
                Some(((depth, place), position)) => (Asked::Closure { depth, place }, position),
                None => match connection.head()? {
                    (Message::Event { registration }, position) => {
                        (Asked::Registered(Arc::clone(&connection.instance.registry), registration), position)
                    }
                    (message, position) => return Ok(Reply::Other(message, position)),
                },
            };
            // The time that a closure takes is not the server's.
            let left = deadline.zip(connection.watch.as_ref()).map(|(deadline, watch)| watch.left(deadline));
            self.call_back(connection, asked, position, closures, aside)?;
            deadline = self.send_and_wait(connection, BorrowedSlices::NONE, left)?;
            if connection.channel()?.has_result() {
                return Ok(Reply::Result);
            }
        }
    }

    /// One message to the server and one back. Returns the deadline that it met.
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
        let sent_and_received = channel.send_borrowed(borrowed).and_then(|()| channel.wait_for_reply());
        // A deadline stands until all of it has come.
        if sent_and_received.is_ok() && (left.is_none() || channel.is_streaming()) {
            return Ok(None);
        }
        self.met(connection, sent_and_received)
    }

    /// Takes the deadline back, once everything has come or the connection has broken.
    fn met(&self, connection: &mut Connection, sent_and_received: io::Result<()>) -> Result<Option<Deadline>, Error> {
        let mut met = None;
        if let (Some(after), Some(watch)) = (self.limit, &connection.watch) {
            let Some(deadline) = watch.disarm() else {
                // Even if the result has come at the last moment: the server is being ended.
                return Err(self.late(connection, after));
            };
            met = Some(deadline);
        }
        match sent_and_received {
            Ok(()) => Ok(met),
            Err(error) => Err(connection.broken(&error)),
        }
    }

    /// Takes the result, which has come, or is arriving; `take` returns whether nothing of it may be left.
    #[inline]
    pub(super) fn take(
        &self,
        connection: &mut Connection,
        mut take: impl FnMut(&mut Outcome<'_>) -> bool,
    ) -> Result<(), Error> {
        let channel = connection.channel()?;
        if channel.is_streaming() {
            return self.take_streaming(connection, &mut take);
        }
        let mut outcome = Outcome::new(self.name, channel.result());
        if take(&mut outcome) { outcome.finish() } else { Ok(()) }
    }

    fn take_streaming(
        &self,
        connection: &mut Connection,
        take: &mut dyn FnMut(&mut Outcome<'_>) -> bool,
    ) -> Result<(), Error> {
        let mut outcome = Outcome::streaming_reply(self.name, connection.channel()?.streaming_reply());
        // Whatever becomes of it, the connection is to be between two messages, and the deadline taken back.
        let taken = catch_unwind(AssertUnwindSafe(|| if take(&mut outcome) { outcome.finish() } else { Ok(()) }));
        let completed = connection.channel()?.complete();
        self.met(connection, completed)?;
        taken.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Gives the server up.
    #[cold]
    fn late(&self, connection: &mut Connection, after: Duration) -> Error {
        connection.close(CloseReason::Timeout { method: self.name, after });
        crate::trace::deadline_passed(connection.instance.info.pid, self.name, after);
        // That it is gone is part of what the error says; a process that the system cannot end is beyond that.
        let _ = connection.instance.end(Duration::ZERO);
        Error::Timeout { method: self.name.to_owned(), after }
    }

    /// Runs the closure that the server asks for, and begins the answer.
    fn call_back(
        &self,
        connection: &mut Connection,
        asked: Asked,
        position: usize,
        closures: CallClosures<'_>,
        CallbackBuffers { question, answer }: &mut CallbackBuffers,
    ) -> Result<(), Error> {
        connection.channel()?.take_into(question, position);
        let result = suspend(self.owner, self.depth, connection, || {
            guarded(|| match asked {
                Asked::Closure { depth, place } if depth == self.depth => closures(place, question.decoder(), answer),
                // One of a call that this one is inside of: it is what makes this call.
                Asked::Closure { .. } => callback::already_running(),
                Asked::Registered(registry, number) => registry.run(number, question.decoder(), answer),
            })
        });
        let channel = connection.channel()?;
        let begun = match result {
            Ok(()) => {
                channel.swap_outgoing(answer.buffer());
                Ok(())
            }
            Err(fault) => channel.begin(&Message::Fault(fault)).map(drop),
        };
        begun.map_err(|error| self.unsent(&error))
    }

    /// Tells the server what is no longer registered.
    #[inline]
    pub(super) fn unregister(&self, connection: &mut Connection) -> Result<(), Error> {
        if connection.instance.registry.has_released() { self.tell_released(connection) } else { Ok(()) }
    }

    #[cold]
    fn tell_released(&self, connection: &mut Connection) -> Result<(), Error> {
        let released = connection.instance.registry.take_released();
        self.ask(connection, &Message::Unregister(released))
    }

    /// Gives each closure a number, and makes sure that the server can call it at any time.
    pub(super) fn register(
        &self,
        connection: &mut Connection,
        closures: &mut [Option<RegisteredClosure>],
        registrations: &mut [Registration],
    ) -> Result<Vec<Option<u32>>, Error> {
        if closures.iter().any(Option::is_some) && connection.instance.events.get().is_none() {
            let channel = self.open(connection, Purpose::Events)?;
            event_connection::start(&connection.instance, channel).map_err(Error::Endpoint)?;
        }
        let register = |(closure, place): (&mut Option<_>, &mut _)| {
            let (number, registration) = event_connection::register(&connection.instance, closure.take()?);
            *place = registration;
            Some(number)
        };
        Ok(closures.iter_mut().zip(registrations).map(register).collect())
    }

    /// Opens another connection to the server.
    pub(super) fn open(&self, connection: &mut Connection, purpose: Purpose) -> Result<Channel, Error> {
        let opening = ExtraConnection::new(&connection.instance, purpose)?;
        self.ask(connection, &opening.message())?;
        match (opening.accept(self.limit.unwrap_or(JOIN))?, self.limit) {
            (Some(channel), _) => Ok(channel),
            (None, Some(after)) => Err(self.late(connection, after)),
            (None, None) => {
                Err(connection.nonsense("the server did not connect the channel that it said it had".to_owned()))
            }
        }
    }

    /// Makes room beside the messages, if the last call has missed some.
    #[inline]
    fn grow_arena(&self, connection: &mut Connection) -> Result<(), Error> {
        match connection.channel()?.grow_arena() {
            Some(wider) => self.offer(connection, wider),
            None => Ok(()),
        }
    }

    #[cold]
    fn offer(&self, connection: &mut Connection, wider: LargerArena) -> Result<(), Error> {
        let address = connection.instance.as_it_sees(wider.address());
        match self.ask(connection, &Message::GrowArena(Box::new(GrowArena { address, words: wider.words() }))) {
            Ok(()) => connection.channel()?.use_arena(wider),
            // Long arrays go in their messages, as they did before.
            Err(Error::Fault { .. }) => connection.channel()?.stop_growing(),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// A message beside the interface's methods, which is answered with nothing.
    fn ask(&self, connection: &mut Connection, message: &Message) -> Result<(), Error> {
        connection.channel()?.begin(message).map(drop).map_err(|error| self.unsent(&error))?;
        self.result(connection, BorrowedSlices::NONE, &mut callback::none)?;
        self.take(connection, |_| true)
    }
}
