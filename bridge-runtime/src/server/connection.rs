//! A client's connection while calls are carried out on it: calls hold closures of the client's, and these make calls.
//!
//! Messages are nested as the calls are. The connection is locked from a question to the client until its answer, or until
//! the client makes a call from inside of it; so a thread of the library's own can run a closure of the call as well.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::call::Call;
use super::catch::catch;
use super::cleanup::AbandonedHandles;
use super::client_state::ClientState;
use super::session::take_memory;
use crate::fault::Fault;
use crate::marshal::{BorrowedSlices, DecodeError, Decoder, EncodeError, Encoder};
use crate::native::Owner;
use crate::transport::{self, Channel, EXTRA_ARENA_LIMIT, OwnedMessage};
use crate::wire::{Joined, Message, OpenConnection, Purpose};

/// A server that calls can be dispatched to, whatever its type.
pub(crate) trait DispatchTarget {
    /// Carries out a call, and answers it where there is no fault.
    fn call(&self, method: u32, arguments: Decoder<'_>, call: &Call) -> Result<(), Fault>;

    /// Closes what a client that is gone left open.
    fn close_abandoned(&self, abandoned: &AbandonedHandles);

    /// What carries out the calls of an extra connection, in a thread of its own; `None` where all calls are the main thread's.
    fn thread_target(&self) -> Option<ThreadTarget>;
}

/// A target that can be given to another thread.
pub struct ThreadTarget(pub(super) Box<dyn DispatchTarget + Send>);

impl std::fmt::Debug for ThreadTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ThreadTarget").finish_non_exhaustive()
    }
}

/// One client's connection, and what is kept for that client.
#[derive(Debug)]
pub(super) struct ClientConnection {
    channel: Mutex<Channel>,
    client_state: Arc<ClientState>,
}

/// A line, and what carries out its calls.
pub(super) struct CallServer {
    pub(super) connection: Arc<ClientConnection>,
    pub(super) target: Rc<dyn DispatchTarget>,
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
    serving: Rc<CallServer>,
    /// How many calls it is inside of.
    depth: u32,
}

/// The depth of a call that is inside of no other.
pub(super) const OUTERMOST: u32 = 1;

thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
    /// What carries out calls in this thread, while it looks after its messages between them.
    static IDLE: RefCell<Option<Rc<dyn DispatchTarget>>> = const { RefCell::new(None) };
}

/// Runs what may run closures of clients between calls; what these call, `target` carries out.
pub(super) fn idle(target: Option<Rc<dyn DispatchTarget>>, run: impl FnOnce()) {
    let outer = IDLE.replace(target);
    run();
    IDLE.set(outer);
}

/// What carries out calls in this thread, if any does.
fn target_here() -> Option<Rc<dyn DispatchTarget>> {
    let current = CURRENT.with_borrow(|current| current.as_ref().map(|current| Rc::clone(&current.serving.target)));
    current.or_else(|| IDLE.with_borrow(Option::clone))
}

impl ClientConnection {
    pub(super) fn new(channel: Channel) -> Arc<Self> {
        Self::joined(channel, Arc::default())
    }

    /// An extra connection of the same client.
    pub(super) fn joined(channel: Channel, client_state: Arc<ClientState>) -> Arc<Self> {
        Arc::new(Self { channel: Mutex::new(channel), client_state })
    }

    /// The connection, between messages.
    pub(super) fn channel(&self) -> MutexGuard<'_, Channel> {
        // A panic in a `Serialize` leaves the connection as it was.
        self.channel.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn client_state(&self) -> &Arc<ClientState> {
        &self.client_state
    }

    /// The line whose call this thread carries out, if it is one of this client's.
    pub(super) fn current(client_state: &Arc<ClientState>) -> Option<Arc<Self>> {
        let is_of = |current: &&Current| Arc::ptr_eq(&current.serving.connection.client_state, client_state);
        CURRENT.with_borrow(|current| {
            current.as_ref().filter(is_of).map(|current| Arc::clone(&current.serving.connection))
        })
    }

    /// Runs a closure that is registered, on the event connection. Where this thread carries out calls it carries out the
    /// closure's, too: nobody else could, before the closure has returned.
    pub(super) fn event(
        self: &Arc<Self>,
        owner: Owner,
        registration: u32,
        ends: &mut dyn Ends,
    ) -> Result<(), CallbackError> {
        let Some(target) = target_here() else {
            return self.say_event(&Message::Event { registration }, ends);
        };
        let _acting = owner.enter();
        let serving = CallServer::new(Arc::clone(self), target);
        let outer = CURRENT.replace(Some(Current { serving, depth: 0 }));
        let result = self.say_event(&Message::NestingEvent { registration }, ends);
        CURRENT.set(outer);
        result
    }

    /// Runs a closure of a call, by the call's depth and its place.
    pub(super) fn call_back(
        self: &Arc<Self>,
        (depth, place): (u32, u32),
        ends: &mut dyn Ends,
    ) -> Result<(), CallbackError> {
        let mut channel = self.channel();
        channel.begin_callback(depth, place)?;
        self.converse(channel, ends)
    }

    /// Runs a closure that is registered, as the message says.
    pub(super) fn say_event(self: &Arc<Self>, message: &Message, ends: &mut dyn Ends) -> Result<(), CallbackError> {
        let mut channel = self.channel();
        channel.begin(message)?;
        self.converse(channel, ends)
    }

    /// Asks the client what was begun, carries out what it calls meanwhile, and takes the answer.
    fn converse<'l>(
        self: &'l Arc<Self>,
        mut channel: MutexGuard<'l, Channel>,
        ends: &mut dyn Ends,
    ) -> Result<(), CallbackError> {
        let mut borrowed = BorrowedSlices::default();
        ends.encode(&mut channel.encoder(false, &mut borrowed))?;
        channel.send_borrowed(&borrowed)?;
        loop {
            channel.wait()?;
            if let Some(result) = channel.callback_result() {
                return Ok(ends.decode(result)?);
            }
            let (message, taken) = channel.take_message()?;
            match message {
                Message::Fault(fault) => {
                    channel.give_back(taken);
                    return Err(CallbackError::Fault(*fault));
                }
                message => {
                    drop(channel);
                    self.nested(message, taken)?;
                    channel = self.channel();
                }
            }
        }
    }

    /// Answers what a closure asks for. It runs where the closure was called.
    fn nested(self: &Arc<Self>, message: Message, taken: OwnedMessage) -> io::Result<()> {
        let current =
            CURRENT.with_borrow(Option::clone).filter(|current| Arc::ptr_eq(&current.serving.connection, self));
        if let Some(Current { serving, depth }) = current {
            let depth = depth.saturating_add(1);
            return serving.inside(depth, || serving.handle(message, taken, depth));
        }
        // The library is to see one thread only.
        let mut channel = self.channel();
        channel.give_back(taken);
        channel.send_message(&fault(Fault::Message(
            "cannot be called from a closure that a thread of the library's own runs; call it after the closure"
                .to_owned(),
        )))
    }
}

impl CallServer {
    pub(super) fn new(connection: Arc<ClientConnection>, target: Rc<dyn DispatchTarget>) -> Rc<Self> {
        Rc::new(Self { connection, target })
    }

    /// Answers calls until the client closes the connection.
    pub(super) fn serve(self: &Rc<Self>) -> io::Result<()> {
        let mut call = OwnedMessage::default();
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
    fn await_and_answer(self: &Rc<Self>, call: &mut OwnedMessage) -> io::Result<()> {
        let mut channel = self.connection.channel();
        if let Some(method) = channel.wait_for_call(call)? {
            drop(channel);
            return self.execute(method, call, OUTERMOST);
        }
        let (message, taken) = channel.take_message()?;
        drop(channel);
        self.handle(message, taken, OUTERMOST)
    }

    /// Answers what has arrived, which is inside of no call.
    pub(super) fn answer(self: &Rc<Self>) -> io::Result<()> {
        let mut channel = self.connection.channel();
        channel.reset_arena();
        let (message, taken) = channel.take_message()?;
        drop(channel);
        self.inside(OUTERMOST, || self.handle(message, taken, OUTERMOST))
    }

    /// Answers a message, inside of as many calls as `depth` says.
    fn handle(self: &Rc<Self>, message: Message, mut taken: OwnedMessage, depth: u32) -> io::Result<()> {
        let answer = match message {
            Message::Call { method } => {
                self.execute(method, &mut taken, depth)?;
                self.connection.channel().give_back(taken);
                return Ok(());
            }
            Message::Batch { stop } => return self.execute_batch(stop, taken, depth),
            Message::Unregister(registrations) => {
                self.connection.client_state.unregister(&registrations);
                Message::Return
            }
            Message::OpenConnection(open) => match self.open(&open) {
                Ok(()) => Message::Return,
                Err(error) => fault(Fault::Message(format!("another channel cannot be opened: {error}"))),
            },
            // Not from inside of a call, whose arrays lie in the memory that there is.
            Message::GrowArena(arena) if depth == OUTERMOST => {
                match self.connection.channel().open_arena(&arena.address, arena.words) {
                    Ok(()) => Message::Return,
                    Err(error) => fault(Fault::Message(format!("there is no room for long arrays: {error}"))),
                }
            }
            other => return Err(unexpected(&other)),
        };
        let mut channel = self.connection.channel();
        channel.give_back(taken);
        channel.send_message(&answer)
    }

    /// Connects another connection of this client's.
    fn open(&self, OpenConnection { address, secret, purpose, memory }: &OpenConnection) -> io::Result<()> {
        let mut channel = transport::connect(address)?;
        let (fast, refused) = take_memory(memory.as_deref());
        channel.send_message(&Message::Joined(Box::new(Joined { secret: *secret, refused })))?;
        if let Some(fast) = fast {
            channel.upgrade(fast, EXTRA_ARENA_LIMIT)?;
        }
        match (purpose, self.target.thread_target()) {
            (Purpose::Events, _) => {
                self.connection.client_state.take_events(channel);
                Ok(())
            }
            (Purpose::Calls, Some(target)) => self.connection.client_state.serve_channel(channel, target),
            (Purpose::Calls, None) => Err(io::Error::other("all calls are the main thread's")),
        }
    }

    fn execute(self: &Rc<Self>, method: u32, taken: &mut OwnedMessage, depth: u32) -> io::Result<()> {
        let call = Call::new(Rc::clone(self), depth, taken.arena().filter(|_| depth == OUTERMOST));
        let result = catch(|| self.target.call(method, taken.decoder(), &call));
        call.conclude(result).unwrap_or_else(|fault| self.connection.channel().send_message(&self::fault(fault)))
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
pub(super) enum CallbackError {
    /// The client says so.
    Fault(Fault),
    /// It could not be asked.
    ClientConnection(io::Error),
}

impl From<io::Error> for CallbackError {
    fn from(error: io::Error) -> Self {
        Self::ClientConnection(error)
    }
}

impl From<EncodeError> for CallbackError {
    fn from(error: EncodeError) -> Self {
        Self::Fault(Fault::Message(format!("got an argument that cannot be sent: {error}")))
    }
}

impl From<DecodeError> for CallbackError {
    fn from(error: DecodeError) -> Self {
        Self::ClientConnection(io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

/// Says that a call came to nothing.
#[cold]
pub(super) fn fault(fault: Fault) -> Message {
    Message::Fault(Box::new(fault))
}

/// A message that cannot come now.
pub(super) fn unexpected(message: &Message) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{message:?} came out of turn"))
}
