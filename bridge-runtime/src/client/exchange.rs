//! What a call says on its line: its message, the answers of its closures, and what it asks for beside it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::callbacks::{self, Answer, Closures, RegisteredClosure, Registry, guarded};
use super::deadline::Deadline;
use super::further::Opening;
use super::line::{Closed, Line, Reply};
use super::parked::{OUTERMOST, park};
use super::session::Shared;
use super::{Outcome, events};
use crate::error::Error;
use crate::lane::{LaneEnd, Taken, WiderBulk};
use crate::marshal::{self, EncodeError, Lent};
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

/// Memory for what its closures are asked, and what they answer, while messages of nested calls come and go.
struct Aside {
    question: Taken,
    answer: Answer,
}

/// Which closure the server asks for.
#[derive(Debug)]
enum Asked {
    /// One of a call, which is inside of so many, itself included.
    Closure { depth: u32, place: u32 },
    /// One that is registered.
    Registered(Arc<Registry>, u32),
}

impl Shared {
    /// What a call on this line has to know.
    #[inline]
    pub(super) fn exchange(&self, depth: u32, name: &'static str, limit: Option<Duration>) -> Exchange {
        Exchange { owner: self.owner(), depth, name, limit }
    }
}

impl Exchange {
    /// Whether it is inside of no other call.
    #[inline]
    pub(super) fn is_outermost(&self) -> bool {
        self.depth == OUTERMOST
    }

    /// Begins the call's message; its arguments are to be appended to the lane's encoder.
    #[inline]
    pub(super) fn begin(&self, line: &mut Line, method: u32) -> Result<(), Error> {
        let is_outermost = self.is_outermost();
        if is_outermost {
            self.widen(line)?;
        }
        line.lane()?.begin_call(method, is_outermost).map_err(|error| self.unsent(&error))
    }

    /// What could not be put into a message.
    #[cold]
    fn unsent(&self, error: &EncodeError) -> Error {
        Error::Fault { method: self.name.to_owned(), reason: error.to_string() }
    }

    /// As [`Exchange::run`], for what is answered with a result.
    #[inline]
    pub(super) fn result(&self, line: &mut Line, lent: &Lent<'_>, closures: Closures<'_>) -> Result<(), Error> {
        match self.run(line, lent, closures)? {
            Reply::Result => Ok(()),
            Reply::Other(message, _) => Err(line.no_result(self.name, message)),
        }
    }

    /// Sends the message that was begun, which refers to what is `lent`, and runs closures for as long as the server asks for
    /// it; then the answer has come.
    #[inline]
    pub(super) fn run(&self, line: &mut Line, lent: &Lent<'_>, closures: Closures<'_>) -> Result<Reply, Error> {
        let deadline = self.send_and_wait(line, lent, self.limit)?;
        if line.lane()?.has_result() { Ok(Reply::Result) } else { self.go_on(line, deadline, closures) }
    }

    /// Goes on with what is no result, which has come: runs closures until it is the answer.
    fn go_on(&self, line: &mut Line, deadline: Option<Deadline>, closures: Closures<'_>) -> Result<Reply, Error> {
        let lane = line.lane()?;
        let mut aside = Aside { question: Taken::new(lane.buffer()), answer: Answer::new(lane.buffer()) };
        let reply = self.run_closures(line, deadline, closures, &mut aside);
        if let Ok(lane) = line.lane() {
            lane.keep(aside.question.into_buffer());
            lane.keep(aside.answer.into_buffer());
        }
        reply
    }

    fn run_closures(
        &self,
        line: &mut Line,
        mut deadline: Option<Deadline>,
        closures: Closures<'_>,
        aside: &mut Aside,
    ) -> Result<Reply, Error> {
        loop {
            let (asked, position) = match line.lane()?.callback() {
                Some(((depth, place), position)) => (Asked::Closure { depth, place }, position),
                None => match line.head()? {
                    (Message::Event { registration }, position) => {
                        (Asked::Registered(Arc::clone(&line.generation.registry), registration), position)
                    }
                    (message, position) => return Ok(Reply::Other(message, position)),
                },
            };
            // The time that a closure takes is not the server's.
            let left = deadline.zip(line.watch.as_ref()).map(|(deadline, watch)| watch.left(deadline));
            self.call_back(line, asked, position, closures, aside)?;
            deadline = self.send_and_wait(line, marshal::NONE, left)?;
            if line.lane()?.has_result() {
                return Ok(Reply::Result);
            }
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
        // A deadline stands until all of it has come.
        if sent_and_received.is_ok() && (left.is_none() || lane.is_arriving()) {
            return Ok(None);
        }
        self.met(line, sent_and_received)
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

    /// Takes the result, which has come, or is arriving; `take` returns whether nothing of it may be left.
    #[inline]
    pub(super) fn take(&self, line: &mut Line, mut take: impl FnMut(&mut Outcome<'_>) -> bool) -> Result<(), Error> {
        let lane = line.lane()?;
        if lane.is_arriving() {
            return self.take_arriving(line, &mut take);
        }
        let mut outcome = Outcome::new(self.name, lane.result());
        if take(&mut outcome) { outcome.finish() } else { Ok(()) }
    }

    fn take_arriving(&self, line: &mut Line, take: &mut dyn FnMut(&mut Outcome<'_>) -> bool) -> Result<(), Error> {
        let mut outcome = Outcome::arriving(self.name, line.lane()?.arriving());
        // Whatever becomes of it, the lane is to be between two messages, and the deadline taken back.
        let taken = catch_unwind(AssertUnwindSafe(|| if take(&mut outcome) { outcome.finish() } else { Ok(()) }));
        let completed = line.lane()?.complete();
        self.met(line, completed)?;
        taken.unwrap_or_else(|panic| resume_unwind(panic))
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
        asked: Asked,
        position: usize,
        closures: Closures<'_>,
        Aside { question, answer }: &mut Aside,
    ) -> Result<(), Error> {
        line.lane()?.take_into(question, position);
        let result = park(self.owner, self.depth, line, || {
            guarded(|| match asked {
                Asked::Closure { depth, place } if depth == self.depth => closures(place, question.decoder(), answer),
                // One of a call that this one is inside of: it is what makes this call.
                Asked::Closure { .. } => callbacks::already_running(),
                Asked::Registered(registry, number) => registry.run(number, question.decoder(), answer),
            })
        });
        let lane = line.lane()?;
        let begun = match result {
            Ok(()) => {
                lane.exchange(answer.buffer());
                Ok(())
            }
            Err(fault) => lane.begin(&Message::Fault(fault)).map(drop),
        };
        begun.map_err(|error| self.unsent(&error))
    }

    /// Tells the server what is no longer registered.
    #[inline]
    pub(super) fn unregister(&self, line: &mut Line) -> Result<(), Error> {
        if line.generation.registry.has_released() { self.tell_released(line) } else { Ok(()) }
    }

    #[cold]
    fn tell_released(&self, line: &mut Line) -> Result<(), Error> {
        let released = line.generation.registry.take_released();
        self.ask(line, &Message::Unregister(released))
    }

    /// Gives each closure a number, and makes sure that the server can call it at any time.
    pub(super) fn register(
        &self,
        line: &mut Line,
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
    #[inline]
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
        self.result(line, marshal::NONE, &mut callbacks::none)?;
        self.take(line, |_| true)
    }
}
