//! The table of closures behind C's function pointers.
//!
//! C has the address of a function, and at best a context pointer that it passes along. Both stand for a number that is
//! looked up here; neither is trusted to be a pointer to anything. A parameter without a context has [`SLOTS`] functions, one for
//! each closure that is lent or registered at the same time.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use super::c_closure::{CClosure, ClosureStorage};
use super::callback_entry::{CallbackEntry, RunClosure};
use super::context::Context;
use super::native_frame::Payload;
use super::scope::Scope;
use super::slots::{SLOTS, Slots};
use super::sorted_map::SortedMap;
use super::value::Zeroable;
use crate::fault::{ALREADY_RUNNING, Fault};
use crate::registration::Registration;
use crate::sync::LockExt as _;
use crate::sys::float_state;

/// The closures of one parameter of one method: a `static` of the generated code.
pub struct CallbackTable {
    /// The parameter's name.
    name: &'static str,
    entries: Mutex<CallbackEntries>,
    /// What C gets when a closure fails, if that is not zero.
    on_error: OnceLock<OnError>,
    /// Whether a call without a closure has been reported. A library may make many.
    has_complained: AtomicBool,
}

/// A C value that the interface declares, and the memory that it points to.
struct OnError {
    value: Box<dyn Any>,
    _memory: Scope,
}

// SAFETY: the value consists of numbers and pointers, and is only copied; the memory is plain, and never changes.
unsafe impl Send for OnError {}
// SAFETY: as above.
unsafe impl Sync for OnError {}

struct CallbackEntries {
    by_key: SortedMap<Arc<CallbackEntry>>,
    /// Entries whose closures are gone, for reuse: a warm call allocates nothing.
    spare: Vec<Arc<CallbackEntry>>,
    /// Free slots that were used before. The one that was freed first is used first, because a library may call late.
    freed: VecDeque<u32>,
    /// The first slot that was never used.
    fresh: u32,
}

impl CallbackTable {
    /// An empty table for the parameter `name`.
    pub const fn new(name: &'static str) -> Self {
        let entries = CallbackEntries { by_key: SortedMap::new(), spare: Vec::new(), freed: VecDeque::new(), fresh: 0 };
        Self { name, entries: Mutex::new(entries), on_error: OnceLock::new(), has_complained: AtomicBool::new(false) }
    }

    /// Puts a closure into a free slot, for an interface without a context.
    ///
    /// # Errors
    /// [`Fault::Argument`] if no slot is free.
    pub fn in_slot<F>(&'static self, closure: CClosure<F>) -> Result<LentClosure<'static, F>, Fault> {
        let mut entries = self.entries();
        let slot = match entries.fresh {
            fresh @ ..SLOTS => {
                entries.fresh += 1;
                fresh
            }
            _ => entries.freed.pop_front().ok_or_else(|| Fault::Argument {
                parameter: self.name.to_owned(),
                reason: format!("is one closure too many: {SLOTS} at a time can be called without a context"),
            })?,
        };
        Ok(self.put(entries, CallbackPlace::Slot(slot), closure))
    }

    /// Puts a closure into the table under its context.
    pub fn behind<'c, F>(&'static self, context: &'c Context, closure: CClosure<F>) -> LentClosure<'c, F> {
        self.put(self.entries(), CallbackPlace::Context(context), closure)
    }

    fn put<'c, F>(
        &'static self,
        mut entries: MutexGuard<'_, CallbackEntries>,
        place: CallbackPlace<'c>,
        closure: CClosure<F>,
    ) -> LentClosure<'c, F> {
        let entry = entries.entry(closure.into_storage());
        entries.by_key.insert(place.key(), Arc::clone(&entry));
        LentClosure { table: self, place, entry: Some(entry), ty: PhantomData }
    }

    /// Lets C get the value that `make` returns when a closure fails. It is the same for all closures of the parameter.
    ///
    /// # Errors
    /// As `make`.
    pub fn on_error<C: Any>(&self, make: impl FnOnce(&mut Scope) -> Result<C, Box<Fault>>) -> Result<(), Fault> {
        if self.on_error.get().is_none() {
            let mut memory = Scope::new();
            let value = Box::new(make(&mut memory).map_err(|fault| *fault)?);
            // Another thread's value is the same.
            let _ = self.on_error.set(OnError { value, _memory: memory });
        }
        Ok(())
    }

    /// Calls a closure of type `F` for C: `run` passes it the arguments and converts its result. If that fails, C gets the value of
    /// [`CallbackTable::on_error`], or zero, and the failure is kept until C's caller returns to Rust.
    pub fn run<F: Any, C: Zeroable + Copy + 'static>(
        &self,
        key: u32,
        run: impl FnOnce(&mut F, &mut Scope) -> Result<C, Box<Fault>>,
    ) -> C {
        let mut run = Some(run);
        float_state::in_rust(|| {
            let mut value = None;
            self.enter(key, &mut |closure, scope| {
                let Some((closure, run)) = closure.downcast_mut::<F>().zip(run.take()) else { return Ok(false) };
                value = Some(run(closure, scope)?);
                Ok(true)
            });
            value.unwrap_or_else(|| self.value_on_error())
        })
    }

    /// What C gets instead of a closure's value.
    #[cold]
    fn value_on_error<C: Zeroable + Copy + 'static>(&self) -> C {
        let declared = self.on_error.get().and_then(|on_error| on_error.value.downcast_ref::<C>());
        declared.copied().unwrap_or_else(C::zeroed)
    }

    /// [`CallbackTable::run`] for all types.
    fn enter(&self, key: u32, run: RunClosure<'_>) {
        let Some(entry) = self.entries().by_key.get(key).cloned() else { return self.complain() };
        if entry.has_failed() {
            return;
        }
        let payload = match entry.run(run, |fault| self.fault(fault.to_string())) {
            Some(Ok(true)) => return,
            Some(Ok(false)) => return self.complain(),
            Some(Err(payload)) if matches!(payload.downcast_ref(), Some(Fault::Unregistered)) => {
                return self.complain();
            }
            Some(Err(payload)) => payload,
            None => self.fault(ALREADY_RUNNING.to_owned()),
        };
        entry.fail(payload);
    }

    #[cold]
    fn fault(&self, reason: String) -> Payload {
        Box::new(Fault::Callback { callback: self.name.to_owned(), reason })
    }

    /// Reports a call without a closure, once.
    #[cold]
    fn complain(&self) {
        if !self.has_complained.swap(true, Ordering::Relaxed) {
            let got = if self.on_error.get().is_some() { "what `#[on_error]` says" } else { "zero" };
            let reason = format!("was called after its closure was removed; the library got {got}");
            Fault::Callback { callback: self.name.to_owned(), reason }.log();
        }
    }

    /// Removes a registered closure.
    fn remove(&self, place: &CallbackPlace<'_>) {
        let entry = self.entries().take(place);
        // This drops the closure, which runs code of the user's. The table is not locked any more.
        drop(entry);
    }

    fn entries(&self) -> MutexGuard<'_, CallbackEntries> {
        self.entries.lock_unpoisoned()
    }
}

impl fmt::Debug for CallbackTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackTable").field("name", &self.name).finish_non_exhaustive()
    }
}

impl CallbackEntries {
    /// An entry for a closure, reused if possible.
    fn entry(&mut self, closure: ClosureStorage) -> Arc<CallbackEntry> {
        // A thread of the library may still hold the spare entry; it then finds it without a closure.
        if let Some(mut spare) = self.spare.pop()
            && let Some(entry) = Arc::get_mut(&mut spare)
        {
            *entry = CallbackEntry::new(closure);
            return spare;
        }
        Arc::new(CallbackEntry::new(closure))
    }

    fn take(&mut self, place: &CallbackPlace<'_>) -> Option<Arc<CallbackEntry>> {
        if let CallbackPlace::Slot(slot) = *place {
            self.freed.push_back(slot);
        }
        self.by_key.remove(place.key())
    }
}

/// How C refers to a closure.
enum CallbackPlace<'c> {
    /// By the function of this slot.
    Slot(u32),
    /// By this context.
    Context(&'c Context),
}

impl CallbackPlace<'_> {
    fn key(&self) -> u32 {
        match self {
            Self::Slot(slot) => *slot,
            Self::Context(context) => context.key(),
        }
    }
}

/// A closure of type `F` that C may call. Dropping it takes the closure back.
pub struct LentClosure<'c, F> {
    table: &'static CallbackTable,
    place: CallbackPlace<'c>,
    /// `None` once a registration owns the closure.
    entry: Option<Arc<CallbackEntry>>,
    ty: PhantomData<F>,
}

impl<F> LentClosure<'_, F> {
    /// The function of the closure's slot, from those of all slots.
    pub fn function<P: Copy>(&self, functions: &Slots<P>) -> P {
        let functions = functions.as_flattened();
        functions[self.place.key() as usize % functions.len()]
    }

    /// Resumes the panic or the fault that the closure failed with, if it did.
    ///
    /// # Panics
    /// With that payload.
    pub fn finish(&self) {
        if let Some(payload) = self.entry.as_ref().and_then(|entry| entry.take_failure()) {
            resume_unwind(payload);
        }
    }

    /// Lets C call the closure until the registration is dropped.
    pub fn into_registration(mut self) -> Registration {
        self.entry = None;
        let table = self.table;
        match self.place {
            CallbackPlace::Slot(slot) => Registration::new(move || table.remove(&CallbackPlace::Slot(slot))),
            CallbackPlace::Context(context) => {
                let context = context.clone();
                Registration::new(move || table.remove(&CallbackPlace::Context(&context)))
            }
        }
    }
}

impl<F> Drop for LentClosure<'_, F> {
    fn drop(&mut self) {
        let Some(entry) = self.entry.take() else { return };
        // The closure may borrow from the call: this waits for a thread that is running it, and lets none begin.
        if !entry.clear() {
            // This thread is running it, so the library has jumped (`longjmp`) out of the closure and over its frames.
            std::process::abort();
        }
        let mut entries = self.table.entries();
        entries.take(&self.place);
        entries.spare.push(entry);
    }
}

impl<F> fmt::Debug for LentClosure<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LentClosure").field("key", &self.place.key()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Double<'c> = &'c mut (dyn FnMut(i32, &mut Scope) -> Result<i32, Box<Fault>> + Send + 'c);

    /// Calls a closure as C does, by its key.
    fn double(closures: &CallbackTable, key: u32, x: i32) -> i32 {
        closures.run::<Double<'static>, i32>(key, |closure, scope| closure(x, scope))
    }

    /// Lends a closure that adds to `sum` while `during` runs, which is passed its key.
    fn lend(closures: &'static CallbackTable, sum: &mut i32, during: impl FnOnce(u32)) {
        let context = Context::new();
        let mut closure = |x: i32, _: &mut Scope| {
            *sum += x;
            Ok(2 * x)
        };
        // SAFETY: the lent closure below is dropped before this one.
        let mut run = unsafe { std::mem::transmute::<Double<'_>, Double<'static>>(&mut closure) };
        // SAFETY: as above.
        let lent = closures.behind(&context, unsafe { CClosure::lent(&mut run) });
        during(context.key());
        drop(lent);
        assert_eq!(double(closures, context.key(), 1000), 0, "it was taken back");
    }

    #[test]
    fn a_closure_that_was_lent_is_called_from_any_thread_until_it_is_taken_back() {
        static CLOSURES: CallbackTable = CallbackTable::new("double");
        let mut sum = 0;
        lend(&CLOSURES, &mut sum, |key| {
            assert_eq!(double(&CLOSURES, key, 4), 8);
            let other = std::thread::scope(|scope| scope.spawn(|| double(&CLOSURES, key, 5)).join());
            assert_eq!(other.unwrap(), 10);
            assert_eq!(CLOSURES.run::<u64, i32>(key, |_, _| Ok(1)), 0, "it is of another type");
        });
        assert_eq!(sum, 9);
    }

    #[test]
    fn the_place_of_a_closure_is_used_again() {
        static CLOSURES: CallbackTable = CallbackTable::new("double");
        let mut sums = [0; 3];
        let [first, second, third] = &mut sums;
        lend(&CLOSURES, first, |outer| {
            lend(&CLOSURES, second, |inner| assert_eq!(double(&CLOSURES, inner, double(&CLOSURES, outer, 1)), 4));
        });
        lend(&CLOSURES, third, |key| assert_eq!(double(&CLOSURES, key, 7), 14));
        assert_eq!(sums, [1, 2, 7]);
        assert_eq!(CLOSURES.entries().spare.len(), 2);
    }
}
