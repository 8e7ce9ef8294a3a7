//! Many calls in one round trip: what is called is written down, sent as one message, and answered by one.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::call_sink::CallSink;
use super::pending::{Pending, PendingResults, Results};
use super::{Arguments, Outcome, Session};
use crate::error::Error;
use crate::marshal::{Buffer, Decoder, EncodeError};
use crate::wire::{Message, PartsWriter};

/// Whether a batch goes on after a call that fails: by a fault, a refused argument, or an error that the method returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum BatchMode {
    /// Make all other calls.
    #[default]
    RunAll,
    /// Make no further call: each one after the failure is [`Error::NotCalled`].
    StopOnError,
}

/// A batch that is being filled; what a generated one calls. `'b` is how long what its calls change stays borrowed.
pub struct Batch<'b> {
    session: Session,
    number: u64,
    mode: BatchMode,
    recorded: RefCell<Recorded>,
    borrowed: PhantomData<&'b mut ()>,
}

/// The calls so far.
struct Recorded {
    /// The message of those that are to be sent; none before the first.
    message: Option<PartsWriter>,
    calls: Vec<Call>,
    /// How long those may take together that are to be sent.
    limit: Option<Duration>,
}

/// A call of a batch.
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) state: State,
}

/// Whether a call of a batch is made.
pub(super) enum State {
    Sent,
    /// It cannot be.
    Refused(Box<Error>),
    /// It is not, because the one at this place was refused.
    After(usize),
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("mode", &self.mode).finish_non_exhaustive()
    }
}

impl Batch<'_> {
    /// An empty one.
    pub fn new(session: &Session, mode: BatchMode) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let recorded = Recorded { message: None, calls: Vec::new(), limit: Some(Duration::ZERO) };
        Self {
            session: session.clone(),
            number: LAST.fetch_add(1, Ordering::Relaxed),
            mode,
            recorded: RefCell::new(recorded),
            borrowed: PhantomData,
        }
    }

    /// Makes the calls, and gives each result to whoever waits for it.
    ///
    /// # Errors
    /// [`Error`], whatever went wrong with the batch as a whole.
    pub fn send<P: PendingResults>(self, pendings: P) -> Result<P::Results, Error> {
        let Recorded { message, calls, limit } = self.recorded.into_inner();
        let stop = self.mode == BatchMode::StopOnError;
        let resolve = |answers: &mut Decoder<'_>| match Results::new(self.number, calls, stop, answers) {
            Ok(mut results) => Ok(pendings.resolve(&mut results)),
            Err(reason) => Err(Error::Protocol(format!("the results of a batch: {reason}"))),
        };
        match message {
            Some(message) => self.session.shared().batch(message.into_frame(), limit, resolve),
            None => resolve(&mut Decoder::new(&mut [], 0)),
        }
    }

    /// Writes a call down, and tells its method's name and its place. What keeps it from being made is its own error.
    fn record<'v>(
        &self,
        method: u32,
        encode: &mut dyn FnMut(&mut Arguments<'_, 'v>) -> Result<(), Error>,
    ) -> (&'static str, usize) {
        let (name, limit) = self.session.shared().method(method);
        let mut recorded = self.recorded.borrow_mut();
        let stop = self.mode == BatchMode::StopOnError;
        let state = match recorded.calls.last().map(|call| &call.state) {
            Some(State::Refused(_)) if stop => State::After(recorded.calls.len() - 1),
            Some(State::After(refused)) => State::After(*refused),
            _ => match recorded.write((method, name), stop, encode) {
                Ok(()) => {
                    recorded.limit = recorded.limit.zip(limit).map(|(all, one)| all.saturating_add(one));
                    State::Sent
                }
                Err(error) => State::Refused(Box::new(error)),
            },
        };
        recorded.calls.push(Call { method: name, state });
        (name, recorded.calls.len() - 1)
    }
}

impl Recorded {
    fn write<'v>(
        &mut self,
        (method, name): (u32, &'static str),
        stop: bool,
        encode: &mut dyn FnMut(&mut Arguments<'_, 'v>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let cannot = |error: EncodeError| Error::Fault { method: name.to_owned(), reason: error.to_string() };
        let message = match &mut self.message {
            Some(message) => message,
            none => none.insert(PartsWriter::new(Buffer::default(), &Message::Batch { stop }).map_err(cannot)?),
        };
        let encoder = message.begin_call(method).map_err(cannot)?;
        encode(&mut Arguments::new(name, encoder, &[]))?;
        message.finish();
        Ok(())
    }
}

impl<'b> CallSink<'b> for &Batch<'b> {
    type Output<T, E> = Pending<'b, T, E>;

    fn call<S, P: 'b, T, E: From<Error>>(
        self,
        method: u32,
        (slices, mut places): (S, P),
        encode: impl for<'s> FnOnce(&mut Arguments<'_, 's>, &'s S, &'s P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E> + 'b,
    ) -> Pending<'b, T, E> {
        let mut encode = Some(encode);
        let (name, place) = self.record(method, &mut |arguments| match encode.take() {
            Some(encode) => encode(arguments, &slices, &places),
            None => Ok(()),
        });
        Pending::new(self.number, place, name, move |outcome| decode(outcome, &mut places))
    }
}
