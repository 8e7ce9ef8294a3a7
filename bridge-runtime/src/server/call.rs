//! What a method sees of the call that it is carrying out: the answer, and the client's closures.

use std::cell::{Cell, RefCell};
use std::io;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::Arc;

use super::cleanup::AbandonedHandles;
use super::client_state::ClientState;
use super::connection::{CallServer, CallbackError, ClientConnection, Ends, OUTERMOST, ThreadTarget};
use crate::fault::Fault;
use crate::interface::Interface;
use crate::marshal::{BorrowedSlices, DecodeError, Decoder, EncodeError, Encoder, SharedArena};
use crate::native::{Element, Room};
use crate::registration::Registration;
use crate::wire::{Message, Parts};

/// Dispatches calls to the implementations of an interface: `dyn Trait` dispatches to every `S` that implements `Trait`.
///
/// Only `#[bridge32]` implements this trait, for `dyn Trait`. Its items are hidden from this page and may change in any
/// release.
pub trait Dispatch<S: ?Sized>: Interface {
    /// Makes one call: decodes its arguments, calls the method, and encodes its result.
    ///
    /// # Errors
    /// [`Fault`] if the call cannot be made.
    #[doc(hidden)]
    fn dispatch(server: &S, method: u32, arguments: Decoder<'_>, call: &Call) -> Result<(), Fault>;

    /// The target of an extra connection, which has a thread of its own; `None` if the main thread makes all calls.
    #[doc(hidden)]
    fn thread_target(server: &Arc<S>) -> Option<ThreadTarget>
    where
        S: Sized,
    {
        let _ = server;
        None
    }

    /// The types that the interface lists in `remote = […]`.
    #[doc(hidden)]
    fn elements() -> &'static [Element] {
        &[]
    }

    /// Closes the handles of a client that is gone, with the methods that take a handle with `#[closes]` and nothing else.
    #[doc(hidden)]
    fn close_abandoned(server: &S, abandoned: &AbandonedHandles) {
        let _ = (server, abandoned);
    }
}

/// The call that is being carried out.
pub struct Call {
    serving: Rc<CallServer>,
    depth: u32,
    /// Where its long results go, if they do not go into the answer.
    arena: Option<Arc<SharedArena>>,
    /// Where the results of a batch are put together, if it is one of a batch.
    results: Option<RefCell<Parts>>,
    /// What became of the answer, once there is one.
    sent: Cell<Option<io::Result<()>>>,
    /// Whether the answer is an error of the method's own.
    has_failed: Cell<bool>,
}

impl Call {
    pub(super) fn new(serving: Rc<CallServer>, depth: u32, arena: Option<Arc<SharedArena>>) -> Self {
        Self { serving, depth, arena, results: None, sent: Cell::new(None), has_failed: Cell::new(false) }
    }

    /// The calls of a batch, one after the other. Their results lie in the answer.
    pub(super) fn of_batch(serving: Rc<CallServer>, depth: u32, results: Parts) -> Self {
        Self { results: Some(RefCell::new(results)), ..Self::new(serving, depth, None) }
    }

    /// What became of the answer, or the fault to answer with.
    pub(super) fn conclude(&self, result: Result<(), Fault>) -> Result<io::Result<()>, Fault> {
        match (self.sent.take(), result) {
            (Some(sent), Ok(())) => Ok(sent),
            // A value panicked when it was dropped. The client has its answer; the output is what is left.
            (Some(sent), Err(fault)) => {
                fault.complain();
                Ok(sent)
            }
            (None, Err(fault)) => Err(fault),
            (None, Ok(())) => Err(Fault::Message("the call was not answered".to_owned())),
        }
    }

    /// Whether the method's own result was an error; it is forgotten.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed.take()
    }

    /// Puts a fault among the results of the batch.
    pub(super) fn add_fault(&self, fault: Fault) -> Result<(), EncodeError> {
        if let Some(results) = &self.results {
            let mut results = results.borrow_mut();
            results.begin(&Message::Fault(Box::new(fault)))?;
            results.finish();
        }
        Ok(())
    }

    /// The results of the batch.
    pub(super) fn into_results(self) -> Option<Parts> {
        self.results.map(RefCell::into_inner)
    }

    /// Answers with a result. Until then a fault can still take its place.
    ///
    /// # Errors
    /// [`Fault::Result`] for what cannot be sent; the call is not answered then.
    pub fn answer<'v>(&self, encode: impl Fn(&mut Encoder<'_, 'v>) -> Result<(), EncodeError>) -> Result<(), Fault> {
        self.answer_with(&encode)
    }

    /// As [`Call::answer`], whatever the types.
    fn answer_with<'v>(&self, encode: &dyn Fn(&mut Encoder<'_, 'v>) -> Result<(), EncodeError>) -> Result<(), Fault> {
        if let Some(results) = &self.results {
            self.add_result(&mut results.borrow_mut(), encode)?;
            self.sent.set(Some(Ok(())));
            return Ok(());
        }
        let mut borrowed = BorrowedSlices::default();
        let mut channel = self.serving.connection.channel();
        encode(&mut channel.begin_result(self.depth == OUTERMOST, &mut borrowed)?)?;
        self.sent.set(Some(channel.send_borrowed(&borrowed)));
        Ok(())
    }

    /// Puts a result among those of the batch.
    fn add_result<'v>(
        &self,
        results: &mut Parts,
        encode: &dyn Fn(&mut Encoder<'_, 'v>) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let mut encoder = results.begin_result()?;
        encode(&mut encoder)?;
        self.has_failed.set(encoder.has_failure());
        results.finish();
        Ok(())
    }

    /// Where its long results go.
    pub fn room(&self) -> Room<'_> {
        Room::new(self.arena.as_ref())
    }

    /// The closure at `place` among those that the method was given for the time of the call.
    pub fn closure(&self, place: u32, name: &'static str) -> Closure {
        Closure {
            name,
            at: ClosureLocation::Call {
                connection: Arc::clone(&self.serving.connection),
                closure: (self.depth, place),
            },
        }
    }

    /// A closure that was registered.
    pub fn registered(&self, number: u32, name: &'static str) -> Closure {
        Closure {
            name,
            at: ClosureLocation::Client { client_state: Arc::clone(self.serving.connection.client_state()), number },
        }
    }

    /// Keeps a registration for as long as the client does.
    pub fn keep(&self, number: Option<u32>, registration: Registration) {
        if let Some(number) = number {
            self.serving.connection.client_state().keep(number, registration);
        }
    }
}

/// A closure of the client's.
#[derive(Debug)]
pub struct Closure {
    name: &'static str,
    at: ClosureLocation,
}

#[derive(Debug)]
enum ClosureLocation {
    /// For the time of one call: the call's depth, and the closure's place.
    Call { connection: Arc<ClientConnection>, closure: (u32, u32) },
    /// Registered.
    Client { client_state: Arc<ClientState>, number: u32 },
}

impl Closure {
    /// Runs it, and waits for what it returns. `encode` may refer to slices that only go in, and to the places of what
    /// goes in and comes back.
    ///
    /// # Panics
    /// If it cannot be run, or panics: with [`Fault::Callback`], which is caught where C called, or where the call was
    /// dispatched.
    pub fn run<S, P, T>(
        &self,
        (slices, places): (S, &mut P),
        encode: impl for<'s> FnOnce(&mut Encoder<'_, 's>, &'s S, &'s P) -> Result<(), EncodeError>,
        decode: impl FnOnce(&mut Decoder<'_>, &mut P) -> Result<T, DecodeError>,
    ) -> T {
        let mut ends = ClosureEnds { slices, places, encode: Some(encode), decode: Some(decode), result: None };
        let asked = self.ask(&mut ends);
        let result = asked.and_then(|()| {
            ends.result.ok_or_else(|| CallbackError::ClientConnection(io::ErrorKind::UnexpectedEof.into()))
        });
        result.unwrap_or_else(|refused| self.fail(refused))
    }

    /// As [`Closure::run`], whatever the types.
    fn ask(&self, ends: &mut dyn Ends) -> Result<(), CallbackError> {
        match &self.at {
            ClosureLocation::Call { connection, closure } => connection.call_back(*closure, ends),
            ClosureLocation::Client { client_state, number } => match ClientConnection::current(client_state) {
                Some(connection) => connection.say_event(&Message::Event { registration: *number }, ends),
                None => client_state.event(*number, ends),
            },
        }
    }

    #[cold]
    fn fail(&self, refused: CallbackError) -> ! {
        let reason = match refused {
            // C gets zero; Rust has no value for it.
            CallbackError::Fault(fault @ Fault::Unregistered) => resume_unwind(Box::new(fault)),
            CallbackError::Fault(fault) => fault.to_string(),
            CallbackError::ClientConnection(error) => format!("does not reach the client: {error}"),
        };
        resume_unwind(Box::new(Fault::Callback { callback: self.name.to_owned(), reason }))
    }
}

struct ClosureEnds<'p, S, P, N, D, T> {
    slices: S,
    places: &'p mut P,
    encode: Option<N>,
    decode: Option<D>,
    result: Option<T>,
}

impl<S, P, N, D, T> Ends for ClosureEnds<'_, S, P, N, D, T>
where
    N: for<'s> FnOnce(&mut Encoder<'_, 's>, &'s S, &'s P) -> Result<(), EncodeError>,
    D: FnOnce(&mut Decoder<'_>, &mut P) -> Result<T, DecodeError>,
{
    fn encode<'s>(&'s mut self, encoder: &mut Encoder<'_, 's>) -> Result<(), EncodeError> {
        self.encode.take().map_or(Ok(()), |encode| encode(encoder, &self.slices, self.places))
    }

    fn decode(&mut self, mut decoder: Decoder<'_>) -> Result<(), DecodeError> {
        if let Some(decode) = self.decode.take() {
            let value = decode(&mut decoder, self.places)?;
            decoder.finish()?;
            self.result = Some(value);
        }
        Ok(())
    }
}
