//! A client's lane while calls are carried out on it: calls hold closures of the client's, and these make calls.
//!
//! Messages are nested as the calls are. The lane is locked from a question to the client until its answer, or until
//! the client makes a call from inside of it; so a thread of the library's own can run a closure of the call as well.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::abandoned::Abandoned;
use super::call::Call;
use super::catch::catch;
use super::link::Link;
use super::session::take_memory;
use crate::fault::Fault;
use crate::lane::{self, LaneEnd, Taken, WIDEST_FURTHER};
use crate::marshal::{DecodeError, Decoder, EncodeError, Encoder, Lent};
use crate::native::Owner;
use crate::wire::{Joined, Message, Open, Purpose};

/// A server that calls can be dispatched to, whatever its type.
pub(crate) trait Target {
    /// Carries out a call, and answers it where there is no fault.
    fn call(&self, method: u32, arguments: Decoder<'_>, call: &Call) -> Result<(), Fault>;

    /// Closes what a client that is gone left open.
    fn close_abandoned(&self, abandoned: &Abandoned);

    /// What carries out the calls of a further lane, in a thread of its own; `None` where all calls are the main thread's.
    fn on_a_lane(&self) -> Option<LaneTarget>;
}

/// A target that can be given to another thread.
pub struct LaneTarget(pub(super) Box<dyn Target + Send>);

impl std::fmt::Debug for LaneTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LaneTarget").finish_non_exhaustive()
    }
}

/// One client's lane, and what is kept for that client.
#[derive(Debug)]
pub(super) struct Line {
    lane: Mutex<LaneEnd>,
    link: Arc<Link>,
}

/// A line, and what carries out its calls.
pub(super) struct Serving {
    pub(super) line: Arc<Line>,
    pub(super) target: Rc<dyn Target>,
}

/// The two ends of a question to the client, which are the closure's own. All between them is compiled once.
pub(super) trait Ends {
    /// Puts the arguments in, which may refer to what these ends have.
    fn encode<'s>(&'s mut self, encoder: &mut Encoder<'_, 's>) -> Result<(), EncodeError>;

    /// Takes the answer out, and keeps it.
    fn decode(&mut self, decoder: Decoder<'_>) -> Result<(), DecodeError>;
}

/// What this thread is carrying out.
#[derive(Clone)]
struct Current {
    serving: Rc<Serving>,
    /// How many calls it is inside of.
    depth: u32,
}

/// The depth of a call that is inside of no other.
pub(super) const OUTERMOST: u32 = 1;

thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
    /// What carries out calls in this thread, while it looks after its messages between them.
    static IDLE: RefCell<Option<Rc<dyn Target>>> = const { RefCell::new(None) };
}

/// Runs what may run closures of clients between calls; what these call, `target` carries out.
pub(super) fn idle(target: Option<Rc<dyn Target>>, run: impl FnOnce()) {
    let outer = IDLE.replace(target);
    run();
    IDLE.set(outer);
}

/// What carries out calls in this thread, if any does.
fn target_here() -> Option<Rc<dyn Target>> {
    let current = CURRENT.with_borrow(|current| current.as_ref().map(|current| Rc::clone(&current.serving.target)));
    current.or_else(|| IDLE.with_borrow(Option::clone))
}

impl Line {
    pub(super) fn new(lane: LaneEnd) -> Arc<Self> {
        Self::joined(lane, Arc::default())
    }

    /// A further lane of the same client.
    pub(super) fn joined(lane: LaneEnd, link: Arc<Link>) -> Arc<Self> {
        Arc::new(Self { lane: Mutex::new(lane), link })
    }

    /// The lane, between messages.
    pub(super) fn lane(&self) -> MutexGuard<'_, LaneEnd> {
        // A panic in a `Serialize` leaves the lane as it was.
        self.lane.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn link(&self) -> &Arc<Link> {
        &self.link
    }

    /// The line whose call this thread carries out, if it is one of this client's.
    pub(super) fn current(link: &Arc<Link>) -> Option<Arc<Self>> {
        let is_of = |current: &&Current| Arc::ptr_eq(&current.serving.line.link, link);
        CURRENT.with_borrow(|current| current.as_ref().filter(is_of).map(|current| Arc::clone(&current.serving.line)))
    }

    /// Runs a closure that is registered, on the lane for events. Where this thread carries out calls it carries out the
    /// closure's, too: nobody else could, before the closure has returned.
    pub(super) fn event(self: &Arc<Self>, owner: Owner, registration: u32, ends: &mut dyn Ends) -> Result<(), Refused> {
        let Some(target) = target_here() else {
            return self.say_event(&Message::Event { registration }, ends);
        };
        let _acting = owner.enter();
        let serving = Serving::new(Arc::clone(self), target);
        let outer = CURRENT.replace(Some(Current { serving, depth: 0 }));
        let result = self.say_event(&Message::NestingEvent { registration }, ends);
        CURRENT.set(outer);
        result
    }

    /// Runs a closure of a call, by the call's depth and its place.
    pub(super) fn call_back(self: &Arc<Self>, (depth, place): (u32, u32), ends: &mut dyn Ends) -> Result<(), Refused> {
        let mut lane = self.lane();
        lane.begin_callback(depth, place)?;
        self.converse(lane, ends)
    }

    /// Runs a closure that is registered, as the message says.
    pub(super) fn say_event(self: &Arc<Self>, message: &Message, ends: &mut dyn Ends) -> Result<(), Refused> {
        let mut lane = self.lane();
        lane.begin(message)?;
        self.converse(lane, ends)
    }

    /// Asks the client what was begun, carries out what it calls meanwhile, and takes the answer.
    fn converse<'l>(
        self: &'l Arc<Self>,
        mut lane: MutexGuard<'l, LaneEnd>,
        ends: &mut dyn Ends,
    ) -> Result<(), Refused> {
        let mut lent = Lent::default();
        ends.encode(&mut lane.encoder(false, &mut lent))?;
        lane.send_lent(&lent)?;
        loop {
            lane.wait()?;
            if let Some(result) = lane.callback_result() {
                return Ok(ends.decode(result)?);
            }
            let (message, taken) = lane.take()?;
            match message {
                Message::Fault(fault) => {
                    lane.give_back(taken);
                    return Err(Refused::Fault(*fault));
                }
                message => {
                    drop(lane);
                    self.nested(message, taken)?;
                    lane = self.lane();
                }
            }
        }
    }

    /// Answers what a closure asks for. It runs where the closure was called.
    fn nested(self: &Arc<Self>, message: Message, taken: Taken) -> io::Result<()> {
        let current = CURRENT.with_borrow(Option::clone).filter(|current| Arc::ptr_eq(&current.serving.line, self));
        if let Some(Current { serving, depth }) = current {
            let depth = depth.saturating_add(1);
            return serving.inside(depth, || serving.handle(message, taken, depth));
        }
        // The library is to see one thread only.
        let mut lane = self.lane();
        lane.give_back(taken);
        lane.say(&fault(Fault::Message(
            "cannot be called from a closure that a thread of the library's own runs; call it after the closure"
                .to_owned(),
        )))
    }
}

impl Serving {
    pub(super) fn new(line: Arc<Line>, target: Rc<dyn Target>) -> Rc<Self> {
        Rc::new(Self { line, target })
    }

    /// Answers calls until the client closes the lane.
    pub(super) fn serve(self: &Rc<Self>) -> io::Result<()> {
        let mut call = Taken::default();
        let error = self.inside(OUTERMOST, || {
            loop {
                if let Err(error) = self.await_and_answer(&mut call) {
                    break error;
                }
            }
        });
        if is_closed(&error) { Ok(()) } else { Err(error) }
    }

    /// Waits for a message, which is inside of no call, and answers it. A call takes the place of the last one.
    fn await_and_answer(self: &Rc<Self>, call: &mut Taken) -> io::Result<()> {
        let mut lane = self.line.lane();
        if let Some(method) = lane.wait_for_call(call)? {
            drop(lane);
            return self.carry_out(method, call, OUTERMOST);
        }
        let (message, taken) = lane.take()?;
        drop(lane);
        self.handle(message, taken, OUTERMOST)
    }

    /// Answers what has arrived, which is inside of no call.
    pub(super) fn answer(self: &Rc<Self>) -> io::Result<()> {
        let mut lane = self.line.lane();
        lane.forget_beside();
        let (message, taken) = lane.take()?;
        drop(lane);
        self.inside(OUTERMOST, || self.handle(message, taken, OUTERMOST))
    }

    /// Answers a message, inside of as many calls as `depth` says.
    fn handle(self: &Rc<Self>, message: Message, mut taken: Taken, depth: u32) -> io::Result<()> {
        let answer = match message {
            Message::Call { method } => {
                self.carry_out(method, &mut taken, depth)?;
                self.line.lane().give_back(taken);
                return Ok(());
            }
            Message::Batch { stop } => return self.carry_out_all(stop, taken, depth),
            Message::Unregister(registrations) => {
                self.line.link.unregister(&registrations);
                Message::Return
            }
            Message::Open(open) => match self.open(&open) {
                Ok(()) => Message::Return,
                Err(error) => fault(Fault::Message(format!("another lane cannot be opened: {error}"))),
            },
            // Not from inside of a call, whose arrays lie in the memory that there is.
            Message::Bulk(bulk) if depth == OUTERMOST => match self.line.lane().open_bulk(&bulk.address, bulk.words) {
                Ok(()) => Message::Return,
                Err(error) => fault(Fault::Message(format!("there is no room for long arrays: {error}"))),
            },
            other => return Err(out_of_turn(&other)),
        };
        let mut lane = self.line.lane();
        lane.give_back(taken);
        lane.say(&answer)
    }

    /// Connects another lane of this client's.
    fn open(&self, Open { address, secret, purpose, memory }: &Open) -> io::Result<()> {
        let mut lane = lane::connect(address)?;
        let (fast, refused) = take_memory(memory.as_deref());
        lane.say(&Message::Joined(Box::new(Joined { secret: *secret, refused })))?;
        if let Some(fast) = fast {
            lane.quicken(fast, WIDEST_FURTHER)?;
        }
        match (purpose, self.target.on_a_lane()) {
            (Purpose::Events, _) => {
                self.line.link.take_events(lane);
                Ok(())
            }
            (Purpose::Calls, Some(target)) => self.line.link.serve_lane(lane, target),
            (Purpose::Calls, None) => Err(io::Error::other("all calls are the main thread's")),
        }
    }

    fn carry_out(self: &Rc<Self>, method: u32, taken: &mut Taken, depth: u32) -> io::Result<()> {
        let call = Call::new(Rc::clone(self), depth, taken.bulk().filter(|_| depth == OUTERMOST));
        let result = catch(|| self.target.call(method, taken.decoder(), &call));
        call.conclude(result).unwrap_or_else(|fault| self.line.lane().say(&self::fault(fault)))
    }

    /// Answers messages of this line in this thread, inside of as many calls as `depth` says.
    fn inside<R>(self: &Rc<Self>, depth: u32, answer: impl FnOnce() -> R) -> R {
        let outer = CURRENT.replace(Some(Current { serving: Rc::clone(self), depth }));
        let result = answer();
        CURRENT.set(outer);
        result
    }
}

pub(super) fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
}

/// Why a closure came to nothing.
pub(super) enum Refused {
    /// The client says so.
    Fault(Fault),
    /// It could not be asked.
    Line(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Line(error)
    }
}

impl From<EncodeError> for Refused {
    fn from(error: EncodeError) -> Self {
        Self::Fault(Fault::Message(format!("got an argument that cannot be sent: {error}")))
    }
}

impl From<DecodeError> for Refused {
    fn from(error: DecodeError) -> Self {
        Self::Line(io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

/// Says that a call came to nothing.
#[cold]
pub(super) fn fault(fault: Fault) -> Message {
    Message::Fault(Box::new(fault))
}

/// A message that cannot come now.
pub(super) fn out_of_turn(message: &Message) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{message:?} came out of turn"))
}
