//! Closures of the program's that the library calls back.

use std::any::Any;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::exclusive::Exclusive;
use crate::fault::{ALREADY_RUNNING, Fault, panic_message};
use crate::marshal::{Buffer, Decoder, EncodeError, Encoder};
use crate::wire::tag;

/// Runs the closure at a place among those of a call: takes the arguments, and answers with the result.
pub type CallClosures<'c> = &'c mut dyn FnMut(u32, Decoder<'_>, &mut CallbackReply) -> Result<(), Box<Fault>>;

/// Runs a closure that is registered.
pub type RegisteredClosure = Box<dyn FnMut(Decoder<'_>, &mut CallbackReply) -> Result<(), Box<Fault>> + Send>;

/// What a closure returns, on its way to the server.
#[derive(Debug)]
pub struct CallbackReply(Buffer);

impl CallbackReply {
    /// An empty one, in this memory.
    pub(super) fn new(buffer: Buffer) -> Self {
        Self(buffer)
    }

    /// Puts the result in.
    ///
    /// # Errors
    /// [`Fault::Message`] for what cannot be sent.
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

    /// The message.
    pub(super) fn buffer(&mut self) -> &mut Buffer {
        &mut self.0
    }

    pub(super) fn into_buffer(self) -> Buffer {
        self.0
    }
}

/// Why a closure has not answered; boxed, because nearly every one has.
#[cold]
fn fault(reason: String) -> Box<Fault> {
    Box::new(Fault::Message(reason))
}

/// No closures.
pub(super) fn none(_: u32, _: Decoder<'_>, _: &mut CallbackReply) -> Result<(), Box<Fault>> {
    Err(fault("is not one of this call's".to_owned()))
}

/// Runs a closure of the user's; a panic in it is a fault.
pub(super) fn guarded(run: impl FnOnce() -> Result<(), Box<Fault>>) -> Result<(), Box<Fault>> {
    // What a panic leaves half done is the concern of whoever wrote the closure.
    let result = catch_unwind(AssertUnwindSafe(run));
    result.unwrap_or_else(|payload: Box<dyn Any + Send>| Err(fault(format!("panicked: {}", panic_message(&*payload)))))
}

/// The closures that are registered with one server, by number.
#[derive(Default)]
pub(super) struct RegisteredClosures {
    closures: Mutex<Numbered>,
    /// Numbers that the server has not been told of, which are no longer registered.
    released: Mutex<Vec<u32>>,
    has_released: AtomicBool,
    is_closed: AtomicBool,
}

#[derive(Default)]
struct Numbered {
    last: u32,
    closures: HashMap<u32, Arc<Exclusive<RegisteredClosure>>>,
}

impl RegisteredClosures {
    /// Puts a closure in, and gives it a number.
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

    /// Takes a closure out. One that is running ends first, and is dropped then.
    pub(super) fn remove(&self, number: u32) {
        let closure = self.closures().closures.remove(&number);
        // It may own what has code of the user's in its drop.
        drop(closure);
        self.released().push(number);
        self.has_released.store(true, Ordering::SeqCst);
    }

    /// The numbers that the server is to be told of.
    pub(super) fn take_released(&self) -> Vec<u32> {
        if !self.has_released.swap(false, Ordering::SeqCst) {
            return Vec::new();
        }
        std::mem::take(&mut self.released())
    }

    /// Whether there are any, without taking them.
    pub(super) fn has_released(&self) -> bool {
        self.has_released.load(Ordering::Relaxed)
    }

    /// Runs a closure.
    pub(super) fn run(
        &self,
        number: u32,
        arguments: Decoder<'_>,
        answer: &mut CallbackReply,
    ) -> Result<(), Box<Fault>> {
        let closure = self.closures().closures.get(&number).cloned();
        let closure = closure.ok_or(Fault::Unregistered)?;
        closure.enter(|closure| closure(arguments, answer)).unwrap_or_else(already_running)
    }

    /// Nobody will call any of them.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        let closures = std::mem::take(&mut self.closures().closures);
        drop(closures);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::SeqCst)
    }

    fn closures(&self) -> MutexGuard<'_, Numbered> {
        self.closures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn released(&self) -> MutexGuard<'_, Vec<u32>> {
        self.released.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RegisteredClosures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredClosures").field("closures", &self.closures().closures.len()).finish_non_exhaustive()
    }
}

/// The library has called a closure from inside of itself, which Rust has no meaning for.
pub(super) fn already_running() -> Result<(), Box<Fault>> {
    Err(fault(ALREADY_RUNNING.to_owned()))
}
