//! The call that is being executed: replying to it, and the closures that the client passed.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::sync::Arc;

use super::callback::Closure;
use super::connection::ClientConnection;
use super::current::Current;
use crate::fault::Fault;
use crate::marshal::{BorrowedSlices, EncodeError, Encoder, SharedArena};
use crate::native::{Room, c_reply};
use crate::registration::Registration;
use crate::wire::{Message, OUTERMOST, PartsWriter};

/// The call that is being executed. Generated code replies with it and gets the client's closures from it.
pub struct Call<'c> {
    connection: &'c ClientConnection,
    depth: u32,
    /// The arena for long results; without one, they are sent inside the reply.
    arena: Option<Arc<SharedArena>>,
    /// The results of the batch, if the call is part of one.
    results: Option<RefCell<PartsWriter>>,
    /// The result of sending the reply; `None` before that.
    sent: Cell<Option<io::Result<()>>>,
    /// Whether the method returned an error of its own.
    has_failed: Cell<bool>,
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("depth", &self.depth).finish_non_exhaustive()
    }
}

impl<'c> Call<'c> {
    /// A call with a reply message of its own.
    pub(super) fn new(connection: &'c ClientConnection, depth: u32, arena: Option<Arc<SharedArena>>) -> Self {
        let (sent, has_failed) = (Cell::new(None), Cell::new(false));
        Self { connection, depth, arena, results: None, sent, has_failed }
    }

    /// The calls of a batch, whose results are collected in `results`.
    pub(super) fn of_batch(connection: &'c ClientConnection, depth: u32, results: PartsWriter) -> Self {
        Self { results: Some(RefCell::new(results)), ..Self::new(connection, depth, None) }
    }

    /// Returns the result of sending the reply, or the fault to reply with.
    pub(super) fn conclude(&self, result: Result<(), Fault>) -> Result<io::Result<()>, Fault> {
        match (self.sent.take(), result) {
            (Some(sent), Ok(())) => Ok(sent),
            // A value panicked when it was dropped. The client has the reply already, so only the log can report it.
            (Some(sent), Err(fault)) => {
                fault.log();
                Ok(sent)
            }
            (None, Err(fault)) => Err(fault),
            (None, Ok(())) => Err(Fault::Message("the call was not answered".to_owned())),
        }
    }

    /// Returns whether the method returned an error of its own, and resets that.
    pub(super) fn take_failure(&self) -> bool {
        self.has_failed.take()
    }

    /// Adds a fault to the results of the batch.
    pub(super) fn add_fault(&self, fault: Fault) -> Result<(), EncodeError> {
        if let Some(results) = &self.results {
            let mut results = results.borrow_mut();
            results.begin(&Message::Fault(Box::new(fault)))?;
            results.finish();
        }
        Ok(())
    }

    /// Returns the results of the batch.
    pub(super) fn into_results(self) -> Option<PartsWriter> {
        self.results.map(RefCell::into_inner)
    }

    /// Replies with a result.
    ///
    /// # Errors
    /// [`Fault::Result`] if the result cannot be encoded. The call is still unanswered in that case.
    pub fn answer<'v>(&self, encode: impl Fn(&mut Encoder<'_, 'v>) -> Result<(), EncodeError>) -> Result<(), Fault> {
        self.answer_any(&encode)
    }

    fn answer_any<'v>(&self, encode: &dyn Fn(&mut Encoder<'_, 'v>) -> Result<(), EncodeError>) -> Result<(), Fault> {
        if let Some(results) = &self.results {
            self.add_result(&mut results.borrow_mut(), encode)?;
            self.sent.set(Some(Ok(())));
            return Ok(());
        }
        let mut borrowed = BorrowedSlices::default();
        let mut channel = self.connection.channel();
        let mut encoder = channel.begin_result(self.depth == OUTERMOST, &mut borrowed)?;
        if let Some(reply) = c_reply() {
            encoder.value(&reply.unless_empty())?;
        }
        encode(&mut encoder)?;
        self.sent.set(Some(channel.send_borrowed(&borrowed)));
        Ok(())
    }

    /// Adds a result to those of the batch.
    fn add_result<'v>(
        &self,
        results: &mut PartsWriter,
        encode: &dyn Fn(&mut Encoder<'_, 'v>) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let mut encoder = results.begin_result()?;
        encode(&mut encoder)?;
        self.has_failed.set(encoder.has_failure());
        results.finish();
        Ok(())
    }

    /// Returns the memory for long results of this call.
    pub fn room(&self) -> Room<'_> {
        Room::new(self.arena.as_ref())
    }

    /// Returns the closure with this index among those that can be called while the call lasts.
    pub fn closure(&self, index: u32, name: &'static str) -> Closure {
        Closure::of_call(name, self.connection.clone(), self.depth, index)
    }

    /// Returns the closure that the client has registered under `number`.
    pub fn registered(&self, number: u32, name: &'static str) -> Closure {
        let library_threads = Current::get().and_then(|current| current.handler.for_library_threads());
        Closure::registered(name, Arc::clone(self.connection.client()), number, library_threads)
    }

    /// Keeps a registration until the client drops its own.
    pub fn keep(&self, number: Option<u32>, registration: Registration) {
        if let Some(number) = number {
            self.connection.client().keep_registration(number, registration);
        }
    }
}
