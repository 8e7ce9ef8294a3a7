//! Batches: calls are recorded, sent as one message, and answered by one.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::take;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::arguments::{Arguments, Outcome};
use super::batch_results::{BatchMemory, BatchResults, CallState, RecordedCall};
use super::call::CallSink;
use super::pending::{Pending, PendingResults};
use super::session::Session;
use crate::error::Error;
use crate::marshal::{Decoder, EncodeError};
use crate::wire::PartsWriter;

/// What a batch does after a call that fails: by a fault, a refused argument, or an error that the method returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum BatchMode {
    /// Make all other calls.
    #[default]
    RunAll,
    /// Make no further call: each one after the failure is [`Error::NotCalled`].
    StopOnError,
}

/// Records the calls of a batch. `'b` is the lifetime of the `&mut` arguments, which change when the results arrive.
pub struct Batch<'b> {
    session: Session,
    id: u64,
    mode: BatchMode,
    recorded: RefCell<RecordedCalls>,
    borrowed: PhantomData<&'b mut ()>,
}

/// The calls so far.
struct RecordedCalls {
    /// The message with the calls to send; `None` before the first call.
    message: Option<PartsWriter>,
    /// The sum of the calls' time limits; `None` if one has none.
    limit: Option<Duration>,
    memory: BatchMemory,
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("mode", &self.mode).finish_non_exhaustive()
    }
}

impl Batch<'_> {
    /// An empty batch.
    pub fn new(session: &Session, mode: BatchMode) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let memory = session.state().take_batch_memory();
        let recorded = RecordedCalls { message: None, limit: Some(Duration::ZERO), memory };
        Self {
            session: session.clone(),
            id: LAST.fetch_add(1, Ordering::Relaxed),
            mode,
            recorded: RefCell::new(recorded),
            borrowed: PhantomData,
        }
    }

    /// Sends the recorded calls, and replaces each pending result with the call's result.
    ///
    /// # Errors
    /// Any [`Error`] that concerns the batch as a whole.
    pub fn send<P: PendingResults>(self, pending: P) -> Result<P::Results, Error> {
        let RecordedCalls { message, limit, mut memory } = self.recorded.into_inner();
        let stop = self.mode == BatchMode::StopOnError;
        let resolve = |replies: Decoder<'_>| match BatchResults::new(self.id, &mut memory.calls, stop, replies) {
            Ok(mut results) => Ok(pending.resolve(&mut results)),
            Err(reason) => Err(Error::protocol(format!("the results of a batch: {reason}"))),
        };
        let session = self.session.state();
        let results = match message {
            Some(message) => {
                let mut frame = message.into_frame();
                let results = session.batch(&mut frame, limit, resolve);
                memory.buffer = frame;
                results
            }
            None => resolve(Decoder::new(&mut [], 0)),
        };
        memory.calls.clear();
        session.keep_batch_memory(memory);
        results
    }

    /// Records a call, and returns its method's name and its index. An encoding error becomes the result of this call alone.
    fn record<'v>(
        &self,
        method: u32,
        encode: &mut dyn FnMut(&mut Arguments<'_, 'v>) -> Result<(), Error>,
    ) -> (&'static str, usize) {
        let (name, limit) = self.session.state().method(method);
        let mut recorded = self.recorded.borrow_mut();
        let stop = self.mode == BatchMode::StopOnError;
        let calls = &recorded.memory.calls;
        let state = match calls.last().map(|call| &call.state) {
            Some(CallState::Refused(_)) if stop => CallState::Skipped { failed: calls.len() - 1 },
            Some(CallState::Skipped { failed }) => CallState::Skipped { failed: *failed },
            _ => match recorded.encode((method, name), stop, encode) {
                Ok(()) => {
                    recorded.limit = recorded.limit.zip(limit).map(|(all, one)| all.saturating_add(one));
                    CallState::Sent
                }
                Err(error) => CallState::Refused(Box::new(error)),
            },
        };
        let calls = &mut recorded.memory.calls;
        calls.push(RecordedCall { method: name, state });
        (name, calls.len() - 1)
    }
}

impl RecordedCalls {
    /// Appends a call to the message.
    fn encode<'v>(
        &mut self,
        (method, name): (u32, &'static str),
        stop: bool,
        encode: &mut dyn FnMut(&mut Arguments<'_, 'v>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let fault = |error: EncodeError| Error::Fault { method: name.to_owned(), reason: error.to_string() };
        let message = match &mut self.message {
            Some(message) => message,
            none => none.insert(PartsWriter::batch(take(&mut self.memory.buffer), stop).map_err(fault)?),
        };
        let encoder = message.begin_call(method).map_err(fault)?;
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
        let (name, index) = self.record(method, &mut |arguments| match encode.take() {
            Some(encode) => encode(arguments, &slices, &places),
            None => Ok(()),
        });
        Pending::new(self.id, index, name, move |outcome| decode(outcome, &mut places))
    }
}
