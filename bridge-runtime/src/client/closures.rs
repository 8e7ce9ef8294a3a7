//! Closures of the program that the library calls back: running them, and the table of registered ones.

use std::any::Any;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::exclusive::Exclusive;
use crate::fault::{ALREADY_RUNNING, Fault, panic_message};
use crate::marshal::{Buffer, Decoder, EncodeError, Encoder};
use crate::sync::LockExt as _;
use crate::wire::tag;

/// Runs the closure of a call that has the given index: decodes the arguments, and encodes the result into the reply.
pub type CallClosures<'c> = &'c mut dyn FnMut(u32, Decoder<'_>, &mut CallbackReply) -> Result<(), Box<Fault>>;

/// A registered closure, which decodes its arguments and encodes its result into the reply.
pub type RegisteredClosure = Box<dyn FnMut(Decoder<'_>, &mut CallbackReply) -> Result<(), Box<Fault>> + Send>;

/// The message with which the client replies to a callback.
#[derive(Debug)]
pub struct CallbackReply(Buffer);

impl CallbackReply {
    /// An empty reply that uses the memory of `buffer`.
    pub(super) fn new(buffer: Buffer) -> Self {
        Self(buffer)
    }

    /// Encodes what the closure returned.
    ///
    /// # Errors
    /// [`Fault::Message`] if the value cannot be encoded.
    pub fn answer<'v>(
        &mut self,
        encode: impl FnOnce(&mut Encoder<'_, 'v>) -> Result<(), EncodeError>,
    ) -> Result<(), Box<Fault>> {
        self.put(encode).map_err(|error| fault(format!("returned what cannot be sent: {error}")))
    }

    fn put<'v>(
        &mut self,
        encode: impl FnOnce(&mut Encoder<'_, 'v>) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        tag::begin_callback_return(&mut self.0)?;
        encode(&mut Encoder::new(&mut self.0))
    }

    /// Returns the encoded message.
    pub(super) fn buffer(&mut self) -> &mut Buffer {
        &mut self.0
    }

    pub(super) fn into_buffer(self) -> Buffer {
        self.0
    }
}

/// Makes a fault of a closure; boxed, because faults are rare and large.
#[cold]
fn fault(reason: String) -> Box<Fault> {
    Box::new(Fault::Message(reason))
}

/// [`CallClosures`] of a call without closures.
pub(crate) fn no_closures(_: u32, _: Decoder<'_>, _: &mut CallbackReply) -> Result<(), Box<Fault>> {
    Err(fault("is not one of this call's".to_owned()))
}

/// Runs the user's closure, and converts a panic into a fault.
pub(super) fn guarded(run: impl FnOnce() -> Result<(), Box<Fault>>) -> Result<(), Box<Fault>> {
    // The runtime does not use the closure's state, so a panic cannot make the runtime's inconsistent.
    let result = catch_unwind(AssertUnwindSafe(run));
    result.unwrap_or_else(|payload: Box<dyn Any + Send>| Err(fault(format!("panicked: {}", panic_message(&*payload)))))
}

/// The closures that are registered with one server instance, by number.
#[derive(Default)]
pub(super) struct RegisteredClosures {
    closures: Mutex<ByNumber>,
    /// Numbers whose closures were removed, which the server has not been notified of yet.
    released: Mutex<Vec<u32>>,
    has_released: AtomicBool,
    is_closed: AtomicBool,
}

#[derive(Default)]
struct ByNumber {
    last: u32,
    closures: HashMap<u32, Arc<Exclusive<RegisteredClosure>>>,
}

impl RegisteredClosures {
    /// Registers a closure under a new number.
    pub(super) fn insert(&self, closure: RegisteredClosure) -> u32 {
        let mut numbered = self.closures();
        loop {
            numbered.last = numbered.last.wrapping_add(1);
            let number = numbered.last;
            if let Entry::Vacant(vacant) = numbered.closures.entry(number) {
                vacant.insert(Arc::new(Exclusive::new(closure)));
                return number;
            }
        }
    }

    /// Removes a closure. If it is running, it is dropped when it returns.
    pub(super) fn remove(&self, number: u32) {
        let closure = self.closures().closures.remove(&number);
        // Outside the lock, because dropping it may run the user's code.
        drop(closure);
        self.released().push(number);
        self.has_released.store(true, Ordering::SeqCst);
    }

    /// Takes the numbers of the removed closures, to send them to the server.
    pub(super) fn take_released(&self) -> Vec<u32> {
        if !self.has_released.swap(false, Ordering::SeqCst) {
            return Vec::new();
        }
        std::mem::take(&mut self.released())
    }

    /// Whether [`RegisteredClosures::take_released`] would return any.
    pub(super) fn has_released(&self) -> bool {
        self.has_released.load(Ordering::Relaxed)
    }

    /// Runs the closure with this number.
    pub(super) fn run(&self, number: u32, arguments: Decoder<'_>, reply: &mut CallbackReply) -> Result<(), Box<Fault>> {
        let closure = self.closures().closures.get(&number).cloned();
        let closure = closure.ok_or(Fault::Unregistered)?;
        closure.enter(|closure| closure(arguments, reply)).unwrap_or_else(already_running)
    }

    /// Drops all closures, because the server can no longer call them.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        let closures = std::mem::take(&mut self.closures().closures);
        drop(closures);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::SeqCst)
    }

    fn closures(&self) -> MutexGuard<'_, ByNumber> {
        self.closures.lock_unpoisoned()
    }

    fn released(&self) -> MutexGuard<'_, Vec<u32>> {
        self.released.lock_unpoisoned()
    }
}

impl fmt::Debug for RegisteredClosures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredClosures").field("closures", &self.closures().closures.len()).finish_non_exhaustive()
    }
}

/// Fails because a closure is called while it runs, which `FnMut` does not allow.
pub(super) fn already_running() -> Result<(), Box<Fault>> {
    Err(fault(ALREADY_RUNNING.to_owned()))
}
