//! A call as the method that executes it sees it: how it is answered, and the client's closures.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::sync::Arc;

use super::callback::Closure;
use super::connection::ClientConnection;
use crate::fault::Fault;
use crate::marshal::{BorrowedSlices, EncodeError, Encoder, SharedArena};
use crate::native::Room;
use crate::registration::Registration;
use crate::wire::{Message, OUTERMOST, PartsWriter};

/// The call that is being executed.
pub struct Call<'c> {
    connection: &'c ClientConnection,
    depth: u32,
    /// Where its long results go, unless they go into the reply.
    arena: Option<Arc<SharedArena>>,
    /// The results of the batch that the call is part of.
    results: Option<RefCell<PartsWriter>>,
    /// How sending the reply went, once there is one.
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
    /// A call that is answered by a message of its own.
    pub(super) fn new(connection: &'c ClientConnection, depth: u32, arena: Option<Arc<SharedArena>>) -> Self {
        let (sent, has_failed) = (Cell::new(None), Cell::new(false));
        Self { connection, depth, arena, results: None, sent, has_failed }
    }

    /// The calls of a batch, one after the other, whose results are collected.
    pub(super) fn of_batch(connection: &'c ClientConnection, depth: u32, results: PartsWriter) -> Self {
        Self { results: Some(RefCell::new(results)), ..Self::new(connection, depth, None) }
    }

    /// Returns how sending the reply went, or the fault to reply with.
    pub(super) fn conclude(&self, result: Result<(), Fault>) -> Result<io::Result<()>, Fault> {
        match (self.sent.take(), result) {
            (Some(sent), Ok(())) => Ok(sent),
            // A value panicked when it was dropped. The client has its reply; only the output is left to report it.
            (Some(sent), Err(fault)) => {
                fault.complain();
                Ok(sent)
            }
            (None, Err(fault)) => Err(fault),
            (None, Ok(())) => Err(Fault::Message("the call was not answered".to_owned())),
        }
    }

    /// Returns whether the method returned an error of its own, and forgets it.
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

    /// Replies with a result. Until then the call can still fail.
    ///
    /// # Errors
    /// [`Fault::Result`] if the result cannot be sent; then there is no reply yet.
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
        encode(&mut channel.begin_result(self.depth == OUTERMOST, &mut borrowed)?)?;
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

    /// Returns where long results of this call go.
    pub fn room(&self) -> Room<'_> {
        Room::new(self.arena.as_ref())
    }

    /// Returns the closure at `place` among those that can be called while the call lasts.
    pub fn closure(&self, place: u32, name: &'static str) -> Closure {
        Closure::of_call(name, self.connection.clone(), self.depth, place)
    }

    /// Returns the closure that the client has registered under `number`.
    pub fn registered(&self, number: u32, name: &'static str) -> Closure {
        Closure::registered(name, Arc::clone(self.connection.client()), number)
    }

    /// Keeps a registration until the client drops its own.
    pub fn keep(&self, number: Option<u32>, registration: Registration) {
        if let Some(number) = number {
            self.connection.client().keep_registration(number, registration);
        }
    }
}
