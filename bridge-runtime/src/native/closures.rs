//! Closures behind function pointers: what C calls back.
//!
//! C has an address, and at best a context of one pointer with it. What either stands for is looked up here: neither is
//! trusted to be a pointer to anything. Where there is no context, a closure takes one of 128 functions.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use super::context::Context;
use super::native_frame::{Payload, fail_call};
use super::slots::{SLOTS, Slots};
use super::sorted_map::SortedMap;
use super::{Scope, Zeroable};
use crate::exclusive::Exclusive;
use crate::fault::{ALREADY_RUNNING, Fault};
use crate::registration::Registration;
use crate::sync::LockExt as _;

/// The closures behind one parameter of one method: a static of the generated code.
pub struct CallbackTable {
    /// The parameter's name.
    name: &'static str,
    entries: Mutex<CallbackEntries>,
    /// Whether a call without a closure was complained of. A library may go on for long.
    has_complained: AtomicBool,
}

struct CallbackEntries {
    by_key: SortedMap<Arc<CallbackEntry>>,
    /// Of closures that are gone, for others: a warm call allocates nothing.
    spare: Vec<Arc<CallbackEntry>>,
    /// Slots that were used, the one that was freed longest ago first: a library may call late.
    freed: VecDeque<u32>,
    /// Slots from here on were never used.
    fresh: u32,
}

/// A closure, while C may call it.
struct CallbackEntry {
    running: Exclusive<Running>,
    /// Why the call that it was lent for has failed; not for one that is registered.
    failure: Option<Mutex<Option<Payload>>>,
    /// Whether there is a failure, for a look before each call of C's, and after the last.
    has_failed: AtomicBool,
}

#[derive(Default)]
struct Running {
    /// Gone once the call that it was lent for is over.
    closure: Option<ClosureStorage>,
    /// What it returned last points to.
    returned: Kept,
}

/// A closure as C sees it, of the type that [`CallbackTable::run`] asks for.
enum ClosureStorage {
    /// A call's own, which takes it back when it is over.
    LentClosure(&'static mut (dyn Any + Send)),
    /// A registered one.
    Own(Box<dyn Any + Send>),
}

impl ClosureStorage {
    fn closure(&mut self) -> &mut (dyn Any + Send) {
        match self {
            Self::LentClosure(closure) => *closure,
            Self::Own(closure) => &mut **closure,
        }
    }
}

/// A closure as C sees it, of the type `F` that [`CallbackTable::run`] asks for.
pub struct CClosure<F> {
    held: ClosureStorage,
    ty: PhantomData<F>,
}

impl<F: Any + Send> CClosure<F> {
    /// For the time of one call.
    ///
    /// # Safety
    /// The closure lives until the [`LentClosure`] that this becomes is dropped, which becomes no registration, and nobody else uses it.
    pub unsafe fn lent(closure: &mut F) -> Self {
        let closure: *mut F = closure;
        // SAFETY: it comes from a reference, and the caller says that it outlives all uses.
        let closure = unsafe { &mut *closure };
        Self { held: ClosureStorage::LentClosure(closure), ty: PhantomData }
    }

    /// For as long as it is registered.
    pub fn kept(closure: F) -> Self {
        Self { held: ClosureStorage::Own(Box::new(closure)), ty: PhantomData }
    }
}

impl<F> fmt::Debug for CClosure<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CClosure").finish_non_exhaustive()
    }
}

/// Memory that C may look at until the closure's next call.
#[derive(Default)]
struct Kept(#[expect(dead_code, reason = "it is only kept")] Scope);

// SAFETY: nothing is done with it but dropping it, and it is plain memory.
unsafe impl Send for Kept {}

/// Runs a closure, whatever its type; returns whether it is one of the type that is asked for.
type RunClosure<'r> = &'r mut dyn FnMut(&mut (dyn Any + Send), &mut Scope) -> Result<bool, Box<Fault>>;

impl CallbackTable {
    /// No closures yet, for the parameter `name`.
    pub const fn new(name: &'static str) -> Self {
        let entries = CallbackEntries { by_key: SortedMap::new(), spare: Vec::new(), freed: VecDeque::new(), fresh: 0 };
        Self { name, entries: Mutex::new(entries), has_complained: AtomicBool::new(false) }
    }

    /// Puts a closure into a slot.
    ///
    /// # Errors
    /// [`Fault::Argument`] if all are taken.
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

    /// Puts a closure behind a context.
    pub fn behind<'c, F>(&'static self, context: &'c Context, closure: CClosure<F>) -> LentClosure<'c, F> {
        self.put(self.entries(), CallbackPlace::Behind(context), closure)
    }

    fn put<'c, F>(
        &'static self,
        mut entries: MutexGuard<'_, CallbackEntries>,
        place: CallbackPlace<'c>,
        closure: CClosure<F>,
    ) -> LentClosure<'c, F> {
        let entry = entries.entry(closure.held);
        entries.by_key.insert(place.key(), Arc::clone(&entry));
        LentClosure { closures: self, place, entry: Some(entry), ty: PhantomData }
    }

    /// Calls a closure of type `F` for C: `run` gives it the arguments, and takes what it returns. Where that fails, C
    /// gets zero; the failure waits for the call of C to return.
    pub fn run<F: Any, C: Zeroable>(
        &self,
        key: u32,
        run: impl FnOnce(&mut F, &mut Scope) -> Result<C, Box<Fault>>,
    ) -> C {
        let (mut run, mut value) = (Some(run), C::zeroed());
        self.enter(key, &mut |closure, scope| {
            let Some((closure, run)) = closure.downcast_mut::<F>().zip(run.take()) else { return Ok(false) };
            value = run(closure, scope)?;
            Ok(true)
        });
        value
    }

    /// Runs a closure, if there is one of the type.
    fn enter(&self, key: u32, run: RunClosure<'_>) {
        let Some(entry) = self.entries().by_key.get(key).cloned() else { return self.complain() };
        if entry.has_failed.load(Ordering::Relaxed) {
            return;
        }
        let result = entry.running.enter(|Running { closure, returned }| {
            let Some(closure) = closure else { return Ok(false) };
            let mut scope = Scope::new();
            let called = || run(closure.closure(), &mut scope).map_err(|fault| self.fault(fault.to_string()));
            // What a panic leaves half done is the concern of whoever wrote the closure.
            let result = catch_unwind(AssertUnwindSafe(called)).unwrap_or_else(Err);
            *returned = Kept(scope);
            result
        });
        let payload = match result {
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

    #[cold]
    fn complain(&self) {
        if !self.has_complained.swap(true, Ordering::Relaxed) {
            let reason = "was called when there was none any more; the library got zero".to_owned();
            Fault::Callback { callback: self.name.to_owned(), reason }.complain();
        }
    }

    /// Takes out a closure that was registered.
    fn remove(&self, place: &CallbackPlace<'_>) {
        let entry = self.entries().take(place);
        // It owns the closure, which has code of the user's in its drop.
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
    /// An entry for a closure.
    fn entry(&mut self, closure: ClosureStorage) -> Arc<CallbackEntry> {
        // A thread of the library's may still have the spare one, and find that its closure is gone.
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

/// Where C finds a closure.
enum CallbackPlace<'c> {
    Slot(u32),
    Behind(&'c Context),
}

impl CallbackPlace<'_> {
    fn key(&self) -> u32 {
        match self {
            Self::Slot(slot) => *slot,
            Self::Behind(context) => context.key(),
        }
    }
}

impl CallbackEntry {
    fn new(closure: ClosureStorage) -> Self {
        let failure = matches!(closure, ClosureStorage::LentClosure(_)).then(Mutex::default);
        let running = Running { closure: Some(closure), ..Running::default() };
        Self { running: Exclusive::new(running), failure, has_failed: AtomicBool::new(false) }
    }

    /// Leaves a failure where it is found: with the closure, or with the call that this thread is making.
    fn fail(&self, payload: Payload) {
        match &self.failure {
            Some(failure) => {
                lock(failure).get_or_insert(payload);
                self.has_failed.store(true, Ordering::Relaxed);
            }
            None => fail_call(payload),
        }
    }
}

fn lock(failure: &Mutex<Option<Payload>>) -> MutexGuard<'_, Option<Payload>> {
    failure.lock_unpoisoned()
}

/// A closure that C may call, of the type `F`.
pub struct LentClosure<'c, F> {
    closures: &'static CallbackTable,
    place: CallbackPlace<'c>,
    /// Until a registration has it.
    entry: Option<Arc<CallbackEntry>>,
    ty: PhantomData<F>,
}

impl<F> LentClosure<'_, F> {
    /// The function of its slot, among those of all slots.
    pub fn function<P: Copy>(&self, functions: &Slots<P>) -> P {
        let functions = functions.as_flattened();
        functions[self.place.key() as usize % functions.len()]
    }

    /// Goes on with the panic, or the fault, that it has failed with.
    ///
    /// # Panics
    /// With that.
    pub fn finish(&self) {
        let failed = self.entry.as_ref().filter(|entry| entry.has_failed.load(Ordering::Relaxed));
        if let Some(payload) = failed.and_then(|entry| lock(entry.failure.as_ref()?).take()) {
            resume_unwind(payload);
        }
    }

    /// C may call it until the registration is dropped.
    pub fn into_registration(mut self) -> Registration {
        self.entry = None;
        let closures = self.closures;
        match self.place {
            CallbackPlace::Slot(slot) => Registration::new(move || closures.remove(&CallbackPlace::Slot(slot))),
            CallbackPlace::Behind(context) => {
                let context = context.clone();
                Registration::new(move || closures.remove(&CallbackPlace::Behind(&context)))
            }
        }
    }
}

impl<F> Drop for LentClosure<'_, F> {
    fn drop(&mut self) {
        let Some(entry) = self.entry.take() else { return };
        // It may borrow from the call: whoever is running it is waited for, and nobody begins.
        if entry.running.enter(|running| *running = Running::default()).is_none() {
            // The library has jumped out of the closure, over the frames that it lives in.
            std::process::abort();
        }
        let mut entries = self.closures.entries();
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

    /// As C would, which has the key.
    fn double(closures: &CallbackTable, key: u32, x: i32) -> i32 {
        closures.run::<Double<'static>, i32>(key, |closure, scope| closure(x, scope))
    }

    /// Lends a closure that adds to `sum` while `during` runs, which gets its key.
    fn lend(closures: &'static CallbackTable, sum: &mut i32, during: impl FnOnce(u32)) {
        let context = Context::new();
        let mut closure = |x: i32, _: &mut Scope| {
            *sum += x;
            Ok(2 * x)
        };
        // SAFETY: what it becomes is dropped before it.
        let mut run = unsafe { std::mem::transmute::<Double<'_>, Double<'static>>(&mut closure) };
        // SAFETY: as above.
        let lent = closures.behind(&context, unsafe { CClosure::lent(&mut run) });
        during(context.key());
        drop(lent);
        assert_eq!(double(closures, context.key(), 1000), 0, "there is none any more");
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
