//! Closures behind function pointers: what C calls back.
//!
//! C has an address, and at best a context of one pointer with it. What either stands for is looked up here: neither is
//! trusted to be a pointer to anything. Where there is no context, a closure takes one of 128 functions that differ
//! in nothing but their number.

use std::any::Any;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ffi::c_void;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::array::{FromC, ToC, check_length, returned_array};
use super::sorted::Sorted;
use super::{Encoding, Scope, Zeroable};
use crate::exclusive::Exclusive;
use crate::fault::{ALREADY_RUNNING, Fault};
use crate::registration::Registration;

/// How many closures can stand for one parameter at a time where C has no context for them.
const SLOTS: u32 = (ROWS * COLUMNS) as u32;

// The compiler takes its time for each function that is named. These are named by the row, and by the column.
const ROWS: usize = 8;
const COLUMNS: usize = 16;

/// What C calls for each slot: functions of the type `F`.
pub type Slots<F> = [SlotRow<F>; ROWS];

/// What C calls for the slots of a row.
pub type SlotRow<F> = [F; COLUMNS];

/// The number of a slot.
pub const fn slot(row: u32, column: u32) -> u32 {
    row * COLUMNS as u32 + column
}

/// [`Slots`]: the `FUNCTIONS` of all rows, which are types with their number for a parameter.
#[macro_export]
#[doc(hidden)]
macro_rules! __slots {
    ($row:ident $generics:tt) => {
        $crate::__slots!(@ $row $generics 0 1 2 3 4 5 6 7)
    };
    (@ $row:ident $generics:tt $($number:literal)*) => {
        [$($crate::__slots!(@@ $row $generics $number)),*]
    };
    (@@ $row:ident ($($generic:tt)*) $number:literal) => {
        $row::<$number, $($generic)*>::FUNCTIONS
    };
}

/// [`SlotRow`]: the functions of all columns, which are functions of `Self` with their number for a parameter.
#[macro_export]
#[doc(hidden)]
macro_rules! __slot_row {
    ($function:ident) => {
        $crate::__slot_row!(@ $function 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    (@ $function:ident $($number:literal)*) => {
        [$(Self::$function::<$number>),*]
    };
}

/// The closures behind one parameter of one method: a static of the generated code.
pub struct Closures {
    /// The parameter's name.
    name: &'static str,
    entries: Mutex<Entries>,
    /// Whether a call without a closure was complained of. A library may go on for long.
    has_complained: AtomicBool,
}

struct Entries {
    by_key: Sorted<Arc<Entry>>,
    /// Slots that were used, the one that was freed longest ago first: a library may call late.
    freed: VecDeque<u32>,
    /// Slots from here on were never used.
    fresh: u32,
}

/// A closure, while C may call it.
struct Entry {
    running: Exclusive<Running>,
    /// Why the call that it was lent for has failed; not for one that is registered.
    failure: Option<Mutex<Option<Payload>>>,
    /// Whether there is a failure, for a look before each call of C's.
    has_failed: AtomicBool,
}

struct Running {
    /// A box of the closure as C sees it. Gone once the call that it was lent for is over.
    closure: Option<Box<dyn Any + Send>>,
    /// What it returned last points to.
    returned: Kept,
}

/// A closure as C sees it, of the C signature `S`: a function pointer's type.
pub struct CClosure<S> {
    closure: Box<dyn Any + Send>,
    signature: PhantomData<S>,
}

impl<S> CClosure<S> {
    /// `F` is the closure's type, boxed, that [`Closures::run`] asks for.
    pub fn new<F: Any + Send>(closure: F) -> Self {
        Self { closure: Box::new(closure), signature: PhantomData }
    }
}

impl<S> fmt::Debug for CClosure<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CClosure").finish_non_exhaustive()
    }
}

/// What a panic carries.
type Payload = Box<dyn Any + Send>;

/// Memory that C may look at until the closure's next call.
struct Kept(#[expect(dead_code, reason = "it is only kept")] Scope);

// SAFETY: nothing is done with it but dropping it, and it is plain memory.
unsafe impl Send for Kept {}

impl Closures {
    /// No closures yet, for the parameter `name`.
    pub const fn new(name: &'static str) -> Self {
        let entries = Entries { by_key: Sorted::new(), freed: VecDeque::new(), fresh: 0 };
        Self { name, entries: Mutex::new(entries), has_complained: AtomicBool::new(false) }
    }

    /// Puts a closure into a slot.
    ///
    /// # Errors
    /// [`Fault::Argument`] if all are taken.
    pub fn in_slot<S>(&'static self, closure: CClosure<S>, keeping: Keeping) -> Result<Lent<S>, Fault> {
        let mut entries = self.entries();
        let key = match entries.fresh {
            fresh @ ..SLOTS => {
                entries.fresh += 1;
                fresh
            }
            _ => entries.freed.pop_front().ok_or_else(|| Fault::Argument {
                parameter: self.name.to_owned(),
                reason: format!("is one closure too many: {SLOTS} at a time can be called without a context"),
            })?,
        };
        Ok(self.put(entries, key, closure, keeping, None))
    }

    /// Puts a closure behind a context.
    pub fn behind<S>(&'static self, context: &Context, closure: CClosure<S>, keeping: Keeping) -> Lent<S> {
        self.put(self.entries(), context.0.0, closure, keeping, Some(Context(Arc::clone(&context.0))))
    }

    fn put<S>(
        &'static self,
        mut entries: MutexGuard<'_, Entries>,
        key: u32,
        closure: CClosure<S>,
        keeping: Keeping,
        context: Option<Context>,
    ) -> Lent<S> {
        let running = Running { closure: Some(closure.closure), returned: Kept(Scope::new()) };
        let failure = (keeping == Keeping::Call).then(Mutex::default);
        let entry = Arc::new(Entry { running: Exclusive::new(running), failure, has_failed: AtomicBool::new(false) });
        entries.by_key.insert(key, Arc::clone(&entry));
        Lent { closures: self, key, entry: Some(entry), context, signature: PhantomData }
    }

    /// Calls a closure of type `F` for C: `run` gives it the arguments, and takes what it returns. Where that fails, C
    /// gets zero; the failure waits for the call of C to return.
    pub fn run<F: Any, C: Zeroable>(&self, key: u32, run: impl FnOnce(&mut F, &mut Scope) -> Result<C, Fault>) -> C {
        let (mut run, mut value) = (Some(run), C::zeroed());
        self.enter(key, &mut |closure, scope| {
            let Some((closure, run)) = closure.downcast_mut::<F>().zip(run.take()) else { return Ok(false) };
            value = run(closure, scope)?;
            Ok(true)
        });
        value
    }

    /// Lets `run` call the closure, unless that is one of another type, as which it returns false.
    fn enter(&self, key: u32, run: &mut dyn FnMut(&mut (dyn Any + Send), &mut Scope) -> Result<bool, Fault>) {
        let Some(entry) = self.entries().by_key.get(key).cloned() else { return self.complain() };
        if entry.has_failed.load(Ordering::Relaxed) {
            return;
        }
        let result = entry.running.enter(|Running { closure, returned }| {
            let Some(closure) = closure else { return Ok(Ok(false)) };
            let mut scope = Scope::new();
            // What a panic leaves half done is the concern of whoever wrote the closure.
            let result = catch_unwind(AssertUnwindSafe(|| run(&mut **closure, &mut scope)));
            *returned = Kept(scope);
            result
        });
        let payload: Payload = match result {
            Some(Ok(Ok(true))) => return,
            Some(Ok(Ok(false))) => return self.complain(),
            Some(Ok(Err(fault))) => self.fault(fault.to_string()),
            Some(Err(payload)) if matches!(payload.downcast_ref(), Some(Fault::Unregistered)) => {
                return self.complain();
            }
            Some(Err(payload)) => payload,
            None => self.fault(ALREADY_RUNNING.to_owned()),
        };
        entry.fail(payload);
    }

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

    fn remove(&self, key: u32, context: Option<Context>) {
        let mut entries = self.entries();
        let entry = entries.by_key.remove(key);
        if context.is_none() {
            entries.freed.push_back(key);
        }
        drop(entries);
        // It owns the closure, which has code of the user's in its drop.
        drop(entry);
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Closures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closures").field("name", &self.name).finish_non_exhaustive()
    }
}

/// For how long C may call a closure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// For the time of one call.
    Call,
    /// Until its registration is dropped.
    Registered,
}

impl Entry {
    /// Leaves a failure where it is found: with the closure, or with the call that this thread is making.
    fn fail(&self, payload: Payload) {
        match &self.failure {
            Some(failure) => {
                lock(failure).get_or_insert(payload);
                self.has_failed.store(true, Ordering::Relaxed);
            }
            None => match CALLING.get() {
                Calling::Native => {
                    FAILURES.with_borrow_mut(|failures| failures.push(payload));
                    CALLING.set(Calling::Failed);
                }
                Calling::Failed => {}
                Calling::Nothing => {
                    // Its thread is the library's, which knows nothing of failures. A panic that is none of ours has
                    // been reported by the hook.
                    if let Some(fault) = payload.downcast_ref::<Fault>() {
                        fault.complain();
                    }
                }
            },
        }
    }
}

fn lock(failure: &Mutex<Option<Payload>>) -> MutexGuard<'_, Option<Payload>> {
    failure.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A closure that C may call as an `S`.
pub struct Lent<S> {
    closures: &'static Closures,
    key: u32,
    /// Until a registration has it.
    entry: Option<Arc<Entry>>,
    context: Option<Context>,
    signature: PhantomData<S>,
}

impl<S> Lent<S> {
    /// The function of its slot, among those of all slots.
    pub fn function<F: Copy>(&self, functions: &Slots<F>) -> F {
        let functions = functions.as_flattened();
        functions[self.key as usize % functions.len()]
    }

    /// Goes on with the panic, or the fault, that it has failed with.
    ///
    /// # Panics
    /// With that.
    pub fn finish(&self) {
        let failure = self.entry.as_ref().and_then(|entry| entry.failure.as_ref());
        if let Some(payload) = failure.and_then(|failure| lock(failure).take()) {
            resume_unwind(payload);
        }
    }

    /// C may call it until the registration is dropped.
    pub fn into_registration(mut self) -> Registration {
        let (closures, key, context) = (self.closures, self.key, self.context.take());
        self.entry = None;
        Registration::new(move || closures.remove(key, context))
    }
}

impl<S> Drop for Lent<S> {
    fn drop(&mut self) {
        let Some(entry) = self.entry.take() else { return };
        self.closures.remove(self.key, self.context.take());
        // It may borrow from the call: whoever is running it is waited for, and nobody begins.
        if entry.running.enter(|running| running.closure = None).is_none() {
            // The library has jumped out of the closure, over the frames that it lives in.
            std::process::abort();
        }
    }
}

impl<S> fmt::Debug for Lent<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lent").field("key", &self.key).finish_non_exhaustive()
    }
}

/// The context that a C interface hands back to its callbacks, as `void *`. No value of it is ever passed: it says, in
/// a method and in its callbacks, where the context stands.
#[derive(Debug)]
pub enum UserData {}

/// The type of a context.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no context; use `bridge32::UserData`",
    label = "not `bridge32::UserData`"
)]
pub trait IsUserData {
    /// The type itself.
    type Value;
}

impl IsUserData for UserData {
    type Value = Self;
}

/// A number that stands for one or more closures, in the place of the pointer that C hands back.
#[derive(Debug)]
pub struct Context(Arc<Key>);

#[derive(Debug)]
struct Key(u32);

static KEYS: Mutex<Keys> = Mutex::new(Keys { used: Sorted::new(), last: 0 });

struct Keys {
    used: Sorted<()>,
    last: u32,
}

impl Keys {
    fn lock() -> MutexGuard<'static, Self> {
        KEYS.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Context {
    /// A new one.
    #[expect(clippy::new_without_default, reason = "each is another")]
    pub fn new() -> Self {
        let mut keys = Keys::lock();
        loop {
            keys.last = keys.last.wrapping_add(1);
            let key = keys.last;
            // Null would look like none.
            if key != 0 && keys.used.insert(key, ()) {
                return Self(Arc::new(Key(key)));
            }
        }
    }

    /// The C value.
    pub fn pass(&self) -> *mut c_void {
        std::ptr::without_provenance_mut(self.0.0 as usize)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        Keys::lock().used.remove(self.0);
    }
}

/// The key of the closure that C calls with this context.
pub fn context_key(context: *mut c_void) -> u32 {
    // One that does not fit was never given out, and neither was zero.
    u32::try_from(context.addr()).unwrap_or(0)
}

/// What a thread is inside of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Calling {
    Nothing,
    /// A native call.
    Native,
    /// One in which a registered closure has failed.
    Failed,
}

thread_local! {
    static CALLING: Cell<Calling> = const { Cell::new(Calling::Nothing) };
    /// How registered closures have failed, for each native call that this thread is inside of and one has failed in.
    static FAILURES: RefCell<Vec<Payload>> = const { RefCell::new(Vec::new()) };
}

/// A native call that this thread is inside of, and what it was inside of before.
pub(crate) struct Inside(Calling);

impl Inside {
    #[inline]
    pub(crate) fn enter() -> Self {
        Self(CALLING.replace(Calling::Native))
    }

    /// Leaves it, and goes on with the failure of a registered closure that it has called.
    ///
    /// # Panics
    /// With that failure.
    #[inline]
    pub(crate) fn leave(self) {
        let outer = ManuallyDrop::new(self).0;
        if CALLING.replace(outer) == Calling::Failed
            && let Some(payload) = failure()
        {
            resume_unwind(payload);
        }
    }
}

impl Drop for Inside {
    /// Drops the failure that nobody has gone on with: something else unwinds.
    fn drop(&mut self) {
        if CALLING.replace(self.0) == Calling::Failed {
            drop(failure());
        }
    }
}

/// How a registered closure has failed in the native call that this thread is inside of.
#[cold]
fn failure() -> Option<Payload> {
    FAILURES.with_borrow_mut(Vec::pop)
}

/// What C has passed as the argument `name`.
///
/// # Errors
/// [`Fault::Message`] for what is no value of the declared type.
pub fn passed<T>(name: &str, value: Result<T, Fault>) -> Result<T, Fault> {
    value.map_err(|fault| match fault {
        Fault::Value(text) => Fault::Message(format!("was given {text} as `{name}`")),
        other => other,
    })
}

/// What the closure gives back to C.
///
/// # Errors
/// [`Fault::Message`] where C cannot hold it.
pub fn given<T>(value: Result<T, Fault>) -> Result<T, Fault> {
    value.map_err(|fault| match fault {
        message @ Fault::Message(_) => message,
        other => Fault::Message(format!("returned what C cannot hold: {other}")),
    })
}

/// What the closure returns to C.
///
/// # Errors
/// As [`given`].
pub fn returned_value<T, C>(value: &T, to_c: ToC<T, C>, scope: &mut Scope) -> Result<C, Fault> {
    given(to_c(value, scope))
}

/// A value that C has passed a pointer to.
///
/// # Errors
/// [`Fault::Value`] for a null pointer.
///
/// # Safety
/// The pointer is null, or valid for reads; otherwise as `from_c`.
pub unsafe fn passed_pointer<T, C: Copy>(pointer: *const C, from_c: FromC<T, C>) -> Result<T, Fault> {
    if pointer.is_null() {
        return Err(Fault::Value("a null pointer".to_owned()));
    }
    // SAFETY: the caller says that a pointer that is not null is valid; a packed library may not align it.
    let value = unsafe { pointer.read_unaligned() };
    // SAFETY: the caller's promise is passed on.
    unsafe { from_c(value) }
}

/// As [`passed_pointer`], for what comes back.
///
/// # Errors
/// As [`passed_pointer`].
///
/// # Safety
/// As [`passed_pointer`].
pub unsafe fn passed_pointer_mut<T, C: Copy>(pointer: *mut C, from_c: FromC<T, C>) -> Result<T, Fault> {
    // SAFETY: the caller's promise is passed on.
    unsafe { passed_pointer(pointer, from_c) }
}

/// As [`passed_array`], for what comes back.
///
/// # Errors
/// As [`passed_array`].
///
/// # Safety
/// As [`passed_array`].
pub unsafe fn passed_array_mut<T: Clone + 'static, C: Copy + 'static>(
    pointer: *mut C,
    length: usize,
    from_c: FromC<T, C>,
) -> Result<Vec<T>, Fault> {
    // SAFETY: the caller's promise is passed on.
    unsafe { passed_array(pointer, length, from_c) }.map(Cow::into_owned)
}

/// An array that C has passed: where it lies, if the elements are the same in Rust.
///
/// # Errors
/// [`Fault::Value`] for a null pointer where there should be elements, and for a length that cannot be.
///
/// # Safety
/// The pointer is null, or valid for `length` elements as long as the closure runs; otherwise as `from_c`.
pub unsafe fn passed_array<'a, T: Clone + 'static, C: Copy + 'static>(
    pointer: *const C,
    length: usize,
    from_c: FromC<T, C>,
) -> Result<Cow<'a, [T]>, Fault> {
    if length.checked_mul(size_of::<C>()).is_none_or(|bytes| bytes > isize::MAX as usize) {
        return Err(Fault::Value(format!("{length} elements, more than there can be,")));
    }
    let is_same = std::any::TypeId::of::<T>() == std::any::TypeId::of::<C>();
    if is_same && !pointer.is_null() && pointer.is_aligned() {
        // SAFETY: the types are the same, and the caller says that the pointer is valid for `length` elements.
        return Ok(Cow::Borrowed(unsafe { std::slice::from_raw_parts(pointer.cast::<T>(), length) }));
    }
    // SAFETY: the caller's promise is passed on.
    unsafe { returned_array(pointer, length, from_c) }.map(Cow::Owned)
}

/// Writes to where C has passed a pointer to; to nowhere, if it is null.
///
/// # Errors
/// As `to_c`.
///
/// # Safety
/// The pointer is null, or valid for writes.
pub unsafe fn give<T, C>(pointer: *mut C, value: &T, to_c: ToC<T, C>, scope: &mut Scope) -> Result<(), Fault> {
    let value = to_c(value, scope)?;
    if !pointer.is_null() {
        // SAFETY: the caller says that a pointer that is not null is valid; a packed library may not align it.
        unsafe { pointer.write_unaligned(value) };
    }
    Ok(())
}

/// Writes elements to a buffer of C's with room for `capacity`.
///
/// # Errors
/// [`Fault::Message`] for more than there is room for; otherwise as `to_c`.
///
/// # Safety
/// The pointer is null, or valid for writes of `capacity` elements.
pub unsafe fn give_array<T, C>(
    name: &str,
    pointer: *mut C,
    capacity: usize,
    values: &[T],
    to_c: ToC<T, C>,
    scope: &mut Scope,
) -> Result<(), Fault> {
    check_room(name, values.len(), capacity)?;
    if pointer.is_null() && !values.is_empty() {
        return Err(Fault::Message(format!("was given a null pointer as `{name}`")));
    }
    for (place, value) in values.iter().enumerate() {
        let value = to_c(value, scope)?;
        // SAFETY: the caller says that the pointer is valid for `capacity` elements, and this is one of them.
        let place = unsafe { pointer.add(place) };
        // SAFETY: as above; a packed library may not align it.
        unsafe { place.write_unaligned(value) };
    }
    Ok(())
}

/// Writes text to a buffer of C's with room for `capacity` units, and the zero that ends it. Returns its length in
/// units, without the zero.
///
/// # Errors
/// [`Fault::Message`] for more than there is room for, and for what the encoding does not have.
///
/// # Safety
/// The pointer is null, or valid for writes of `capacity` units.
pub unsafe fn give_text<E: Encoding>(
    name: &str,
    pointer: *mut E::Unit,
    capacity: usize,
    text: &str,
) -> Result<usize, Fault> {
    let mut units = E::encode(text).map_err(|reason| Fault::Message(format!("returned `{name}`, which {reason}")))?;
    let length = units.len();
    units.push(E::Unit::zeroed());
    let same: ToC<E::Unit, E::Unit> = |unit, _| Ok(*unit);
    // SAFETY: the caller's promise is passed on.
    unsafe { give_array(name, pointer, capacity, &units, same, &mut Scope::new()) }.map(|()| length)
}

fn check_room(name: &str, length: usize, capacity: usize) -> Result<(), Fault> {
    check_length(name, length, capacity).map_err(|_| {
        Fault::Message(format!("returned {length} elements as `{name}`, for which the library has room for {capacity}"))
    })
}

/// A length, as an integer of C's, of what a closure has returned.
///
/// # Errors
/// [`Fault::Message`] if the integer cannot hold it.
pub fn given_length<N: super::Length>(name: &str, length: usize) -> Result<N, Fault> {
    N::try_from(length).map_err(|_| {
        Fault::Message(format!("returned {length} elements as `{name}`, more than a {} can tell", N::NAME))
    })
}
