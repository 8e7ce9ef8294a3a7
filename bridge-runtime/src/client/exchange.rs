//! A call: its message, the closures that the server runs meanwhile, its result.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;
use std::{array, io};

use super::callbacks::{self, Answer, Closures, RegisteredClosure, guarded};
use super::deadline::Deadline;
use super::further::Opening;
use super::line::{Closed, Head, Line};
use super::parked::{Held, OUTERMOST, park};
use super::session::Shared;
use super::{Arguments, Outcome, events};
use crate::error::Error;
use crate::fault::{ALREADY_RUNNING, Fault};
use crate::lane::{LaneEnd, WiderBulk};
use crate::marshal::{self, Buffer, Decoder, EncodeError, Lent};
use crate::registration::Registration;
use crate::wire::{Bulk, Message, Purpose};

/// How long a server may take for what it says it has done, where the call has no limit.
const JOIN: Duration = Duration::from_secs(10);

/// A call that is being made.
pub(super) struct Exchange {
    owner: usize,
    depth: u32,
    name: &'static str,
    limit: Option<Duration>,
}

/// What errors that are about a batch as a whole call it.
const BATCH: &str = "batch";

/// The two ends of a call, which are the method's own. All between them is the same for every method, and is compiled once.
trait Ends {
    /// Puts the arguments in, which may refer to what these ends have.
    fn encode<'s>(&'s mut self, arguments: &mut Arguments<'_, 's>) -> Result<(), Error>;

    /// Takes the result out, and keeps it.
    fn decode(&mut self, outcome: Outcome<'_>);
}

struct CallEnds<'p, S, P, N, D, T, E> {
    slices: S,
    places: &'p mut P,
    encode: Option<N>,
    decode: Option<D>,
    result: Option<Result<T, E>>,
}

impl<S, P, N, D, T, E> Ends for CallEnds<'_, S, P, N, D, T, E>
where
    N: for<'s> FnOnce(&mut Arguments<'_, 's>, &'s S, &'s P) -> Result<(), Error>,
    D: FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E>,
    E: From<Error>,
{
    fn encode<'s>(&'s mut self, arguments: &mut Arguments<'_, 's>) -> Result<(), Error> {
        self.encode.take().map_or(Ok(()), |encode| encode(arguments, &self.slices, self.places))
    }

    fn decode(&mut self, mut outcome: Outcome<'_>) {
        let decoded = self.decode.take().map(|decode| decode(&mut outcome, self.places));
        self.result = decoded.map(|decoded| decoded.and_then(|value| Ok(outcome.finish().map(|()| value)?)));
    }
}

impl Shared {
    /// Makes a call.
    pub(super) fn call<S, P, T, E: From<Error>, const R: usize>(
        &self,
        method: u32,
        (slices, places): (S, &mut P),
        closures: Closures<'_>,
        mut registered: [Option<RegisteredClosure>; R],
        encode: impl for<'s> FnOnce(&mut Arguments<'_, 's>, &'s S, &'s P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E>,
    ) -> Result<(T, [Registration; R]), E> {
        let mut registrations = array::from_fn(|_| Registration::none());
        let mut ends = CallEnds { slices, places, encode: Some(encode), decode: Some(decode), result: None };
        self.make(method, closures, &mut registered, &mut registrations, &mut ends)?;
        let untaken = || Err(Error::Protocol("the result was not taken".to_owned()).into());
        Ok((ends.result.unwrap_or_else(untaken)?, registrations))
    }

    /// As [`Shared::call`], whatever the types.
    fn make(
        &self,
        method: u32,
        closures: Closures<'_>,
        registered: &mut [Option<RegisteredClosure>],
        registrations: &mut [Registration],
        ends: &mut dyn Ends,
    ) -> Result<(), Error> {
        let (name, limit) = self.method(method);
        let (mut line, exchange) = self.enter(name, limit)?;
        let numbers = exchange.register(&mut line, registered, registrations)?;
        let mut lent = Lent::default();
        ends.encode(&mut exchange.begin(&mut line, method, &numbers, &mut lent)?)?;
        let head = exchange.run(&mut line, &lent, closures)?;
        exchange.take(&mut line, head, &mut |outcome| ends.decode(outcome))
    }

    /// The line for a call, with a server that is ready for it.
    fn enter(&self, name: &'static str, limit: Option<Duration>) -> Result<(Held<'_>, Exchange), Error> {
        let mut line = self.hold(name, limit)?;
        self.ready(&mut line)?;
        let exchange = self.exchange(&line, name, limit);
        exchange.unregister(&mut line)?;
        Ok((line, exchange))
    }

    /// Sends many calls in one message, which is complete, and takes what answers it.
    pub(super) fn batch<R>(
        &self,
        message: Buffer,
        limit: Option<Duration>,
        take: impl FnOnce(&mut Decoder<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let (mut line, exchange) = self.enter(BATCH, limit)?;
        let lane = line.lane()?;
        if exchange.depth == OUTERMOST {
            lane.forget_beside();
        }
        lane.put(message);
        let head = exchange.run(&mut line, marshal::NONE, &mut callbacks::none)?;
        take(&mut line.results(BATCH, head)?)
    }

    /// What a call on this line has to know.
    #[inline]
    pub(super) fn exchange(&self, line: &Held<'_>, name: &'static str, limit: Option<Duration>) -> Exchange {
        Exchange { owner: self.owner(), depth: line.depth(), name, limit }
    }
}

impl Exchange {
    /// Begins the call's message, which may refer to what is `lent` until it is sent.
    fn begin<'l, 'v>(
        &self,
        line: &'l mut Line,
        method: u32,
        registered: &'l [Option<u32>],
        lent: &'l mut Lent<'v>,
    ) -> Result<Arguments<'l, 'v>, Error> {
        let is_outermost = self.depth == OUTERMOST;
        if is_outermost {
            self.widen(line)?;
        }
        let lane = line.lane()?;
        let message = Message::Call { method };
        let begun =
            if is_outermost { lane.begin_outermost(&message, lent) } else { lane.begin_lending(&message, lent) };
        match begun {
            Ok(encoder) => Ok(Arguments::new(self.name, encoder, registered)),
            Err(error) => Err(self.unsent(&error)),
        }
    }

    /// What could not be put into a message.
    #[cold]
    fn unsent(&self, error: &EncodeError) -> Error {
        Error::Fault { method: self.name.to_owned(), reason: error.to_string() }
    }

    /// Sends the message that was begun, which refers to what is `lent`, and runs closures for as long as the server asks for
    /// it; then the result has come, which begins with this.
    fn run(&self, line: &mut Line, mut lent: &Lent<'_>, closures: Closures<'_>) -> Result<Head, Error> {
        let mut left = self.limit;
        loop {
            let deadline = self.send_and_wait(line, lent, left)?;
            lent = marshal::NONE;
            let (message, position) = line.head()?;
            if !matches!(message, Message::Callback { .. } | Message::Event { .. }) {
                return Ok((message, position));
            }
            // The time that a closure takes is not the server's.
            left = deadline.zip(line.watch.as_ref()).map(|(deadline, watch)| watch.left(deadline));
            self.call_back(line, &message, position, closures)?;
        }
    }

    /// One message to the server and one back. Returns the deadline that it met.
    #[inline]
    fn send_and_wait(
        &self,
        line: &mut Line,
        lent: &Lent<'_>,
        left: Option<Duration>,
    ) -> Result<Option<Deadline>, Error> {
        if let Some(left) = left {
            line.watch()?.arm(left);
        }
        let lane = line.lane()?;
        let sent_and_received = lane.send_lent(lent).and_then(|()| lane.wait_for_answer());
        match sent_and_received {
            // The deadline stands until all of it has come.
            Ok(()) if lane.is_arriving() => Ok(None),
            result => self.met(line, result),
        }
    }

    /// Takes the deadline back, once everything has come or the lane has broken.
    fn met(&self, line: &mut Line, sent_and_received: io::Result<()>) -> Result<Option<Deadline>, Error> {
        let mut met = None;
        if let (Some(after), Some(watch)) = (self.limit, &line.watch) {
            let Some(deadline) = watch.disarm() else {
                // Even if the result has come at the last moment: the server is being ended.
                return Err(self.late(line, after));
            };
            met = Some(deadline);
        }
        match sent_and_received {
            Ok(()) => Ok(met),
            Err(error) => Err(line.broken(&error)),
        }
    }

    /// Takes the result of the call, which begins with this, once.
    fn take(&self, line: &mut Line, head: Head, take: &mut dyn FnMut(Outcome<'_>)) -> Result<(), Error> {
        let is_arriving = line.lane()?.is_arriving();
        let outcome = line.outcome(self.name, head)?;
        if !is_arriving {
            take(outcome);
            return Ok(());
        }
        // Whatever becomes of it, the lane is to be between two messages, and the deadline taken back.
        let taken = catch_unwind(AssertUnwindSafe(|| take(outcome)));
        let completed = line.lane()?.complete();
        self.met(line, completed)?;
        taken.or_else(|panic| resume_unwind(panic))
    }

    /// Gives the server up.
    #[cold]
    fn late(&self, line: &mut Line, after: Duration) -> Error {
        line.close(Closed::Timeout { method: self.name, after });
        crate::trace::deadline_passed(line.generation.info.pid, self.name, after);
        // That it is gone is part of what the error says; a process that the system cannot end is beyond that.
        let _ = line.generation.end(Duration::ZERO);
        Error::Timeout { method: self.name.to_owned(), after }
    }

    /// Runs the closure that the server asks for, and begins the answer.
    fn call_back(
        &self,
        line: &mut Line,
        message: &Message,
        position: usize,
        closures: Closures<'_>,
    ) -> Result<(), Error> {
        let lane = line.lane()?;
        let mut taken = lane.take_rest(position);
        let mut answer = Answer::new(lane.buffer());
        let registered = match message {
            Message::Event { registration } => Some((Arc::clone(&line.generation.registry), *registration)),
            _ => None,
        };
        let result = park(self.owner, self.depth, line, || {
            guarded(|| match (message, registered) {
                (Message::Callback { depth, place }, _) if *depth == self.depth => {
                    closures(*place, taken.decoder(), &mut answer)
                }
                // One of a call that this one is inside of: it is what makes this call.
                (Message::Callback { .. }, _) => Err(Fault::Message(ALREADY_RUNNING.to_owned())),
                (_, Some((registry, number))) => registry.run(number, taken.decoder(), &mut answer),
                _ => callbacks::none(0, taken.decoder(), &mut answer),
            })
        });
        let lane = line.lane()?;
        lane.give_back(taken);
        let begun = match result {
            Ok(()) => {
                lane.replace(answer.into_buffer());
                Ok(())
            }
            Err(fault) => lane.begin(&Message::Fault(Box::new(fault))).map(drop),
        };
        begun.map_err(|error| self.unsent(&error))
    }

    /// Tells the server what is no longer registered.
    #[inline]
    fn unregister(&self, line: &mut Line) -> Result<(), Error> {
        if line.generation.registry.has_released() { self.tell_released(line) } else { Ok(()) }
    }

    #[cold]
    fn tell_released(&self, line: &mut Line) -> Result<(), Error> {
        let released = line.generation.registry.take_released();
        self.ask(line, &Message::Unregister(released))
    }

    /// Gives each closure a number, and makes sure that the server can call it at any time.
    fn register(
        &self,
        line: &mut Held<'_>,
        closures: &mut [Option<RegisteredClosure>],
        registrations: &mut [Registration],
    ) -> Result<Vec<Option<u32>>, Error> {
        if closures.iter().any(Option::is_some) && line.generation.events.get().is_none() {
            let lane = self.open(line, Purpose::Events)?;
            events::start(&line.generation, lane).map_err(Error::Endpoint)?;
        }
        let register = |(closure, place): (&mut Option<_>, &mut _)| {
            let (number, registration) = events::register(&line.generation, closure.take()?);
            *place = registration;
            Some(number)
        };
        Ok(closures.iter_mut().zip(registrations).map(register).collect())
    }

    /// Opens another lane to the server.
    pub(super) fn open(&self, line: &mut Line, purpose: Purpose) -> Result<LaneEnd, Error> {
        let opening = Opening::new(&line.generation, purpose)?;
        self.ask(line, &opening.message())?;
        match (opening.accept(self.limit.unwrap_or(JOIN))?, self.limit) {
            (Some(lane), _) => Ok(lane),
            (None, Some(after)) => Err(self.late(line, after)),
            (None, None) => Err(line.nonsense("the server did not connect the lane that it said it had".to_owned())),
        }
    }

    /// Makes room beside the messages, if the last call has missed some.
    fn widen(&self, line: &mut Line) -> Result<(), Error> {
        match line.lane()?.widen() {
            Some(wider) => self.offer(line, wider),
            None => Ok(()),
        }
    }

    #[cold]
    fn offer(&self, line: &mut Line, wider: WiderBulk) -> Result<(), Error> {
        let address = line.generation.as_it_sees(wider.address());
        match self.ask(line, &Message::Bulk(Box::new(Bulk { address, words: wider.words() }))) {
            Ok(()) => line.lane()?.take_bulk(wider),
            // Long arrays go in their messages, as they did before.
            Err(Error::Fault { .. }) => line.lane()?.stay(),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// A message beside the interface's methods, which is answered with nothing.
    fn ask(&self, line: &mut Line, message: &Message) -> Result<(), Error> {
        line.lane()?.begin(message).map(drop).map_err(|error| self.unsent(&error))?;
        let mut result = Ok(());
        let head = self.run(line, marshal::NONE, &mut callbacks::none)?;
        self.take(line, head, &mut |outcome| result = outcome.finish())?;
        result
    }
}
