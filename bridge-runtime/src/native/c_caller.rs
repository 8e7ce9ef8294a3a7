//! Calls on behalf of a C program, which come from a drop-in library.
//!
//! A Rust client gets values that were checked, or an error. A C program gets what the library gives: the returned value and all that
//! was written, whether or not `#[check]` holds, handles as the library has them, and null pointers where it passes some. The server of a
//! drop-in library has no other callers, so this is a state of the whole process. A [`CRequest`] comes before the arguments of each
//! call, and a [`CReply`] before its result.

use std::any::TypeId;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

use bytemuck::Zeroable;
use serde::{Deserialize, Serialize};

use super::Encoding;
use crate::sys;

/// Whether the callers are C programs.
static C_CALLERS: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The call that this thread of a server executes.
    static CALL: RefCell<Option<CCall>> = const { RefCell::new(None) };
}

/// What a C program's call says besides its arguments. It crosses as an `Option`, because most calls say nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CRequest {
    /// For each output parameter in C's order.
    pub(crate) outputs: Vec<COutput>,
    /// The other parameters that are null pointers though the interface does not say that they may be, by their places among all.
    pub(crate) nulls: Vec<u32>,
    /// Lengths that do not follow from the arrays, by the places of their parameters among all.
    pub(crate) lengths: Vec<(u32, CLength)>,
}

/// What a C program passes for an output parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum COutput {
    /// A null pointer.
    Null,
    /// A pointer to a value that is not a number.
    Value,
    /// A pointer to this number.
    Number(u64),
    /// A pointer to numbers, as they are in memory.
    Numbers(Vec<u8>),
    /// A buffer of this capacity, which has text in it, or not.
    Buffer(u64, Option<String>),
}

/// A length that a C program passes, which is not the number of elements that it passes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum CLength {
    /// This number, with null pointers.
    Exactly(i64),
    /// One more than the units of the text: its NUL is counted.
    WithNul,
}

/// What a C program gets besides the result. It crosses as an `Option`, like [`CRequest`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CReply {
    /// The lengths that were passed by reference, in C's order.
    lengths: Vec<i64>,
    /// The pointers that came out as null, by their places: that of an output parameter, or [`RETURNED`].
    nulls: Vec<u32>,
    /// The output parameters whose buffers are as the program has passed them, by their places.
    unwritten: Vec<u32>,
    /// For the pointers in structs that the library may change, whether each is where it was, by the places of the parameters among all.
    kept_pointers: Vec<(u32, Vec<bool>)>,
    /// `errno` after the call, if the function has set it.
    errno: i32,
    /// `GetLastError()` after the call, if the function has set it; only on Windows.
    last_error: u32,
}

/// The place of the returned pointer among those that come out of a call.
pub const RETURNED: u32 = u32::MAX;

#[derive(Default)]
struct CCall {
    request: CRequest,
    reply: CReply,
    /// Whether the method's check does not hold.
    has_failed: bool,
}

/// From now on, all callers are C programs.
pub(crate) fn have_c_callers() {
    C_CALLERS.store(true, Ordering::Relaxed);
}

/// Whether the callers are C programs.
#[inline]
pub fn has_c_callers() -> bool {
    C_CALLERS.load(Ordering::Relaxed)
}

/// Makes this the thread's call while `run` runs.
pub(crate) fn in_c_call<R>(request: CRequest, run: impl FnOnce() -> R) -> R {
    let outer = CALL.replace(Some(CCall { request, ..CCall::default() }));
    let result = run();
    CALL.set(outer);
    result
}

/// The reply to the thread's call; `None` if its caller is not a C program.
#[inline]
pub(crate) fn c_reply() -> Option<CReply> {
    if !has_c_callers() {
        return None;
    }
    CALL.with_borrow_mut(|call| call.as_mut().map(|call| std::mem::take(&mut call.reply)))
}

/// Runs `function` of the library, and notes the error numbers that it sets.
#[inline]
pub(crate) fn noting_errors<R>(function: impl FnOnce() -> R) -> R {
    if !has_c_callers() {
        return function();
    }
    clear_errors();
    let returned = function();
    note_errors();
    returned
}

// Not in the function above, of which there is one for each method.
fn clear_errors() {
    sys::clear_errno();
    sys::clear_last_error();
}

fn note_errors() {
    let numbers = sys::c_errors();
    note(|reply| (reply.errno, reply.last_error) = numbers);
}

fn note(change: impl FnOnce(&mut CReply)) {
    CALL.with_borrow_mut(|call| {
        if let Some(call) = call {
            change(&mut call.reply);
        }
    });
}

/// What `read` finds in the caller's request, if the caller is a C program.
fn requested<T>(read: impl FnOnce(&CRequest) -> Option<T>) -> Option<T> {
    if !has_c_callers() {
        return None;
    }
    CALL.with_borrow(|call| read(&call.as_ref()?.request))
}

/// What `read` finds in what the caller passes for the output parameter `place`.
fn output<T>(place: u32, read: impl FnOnce(&COutput) -> Option<T>) -> Option<T> {
    requested(|request| read(request.outputs.get(place as usize)?))
}

/// The pointer to pass for the output parameter `place`: null, if the caller passes null.
#[inline]
pub fn wanted<T>(place: u32, pointer: *mut T) -> *mut T {
    match output(place, |output| matches!(output, COutput::Null).then_some(())) {
        Some(()) => std::ptr::null_mut(),
        None => pointer,
    }
}

/// Whether the caller passes a null pointer for the parameter `place`, of all.
#[inline]
pub fn is_null_in_c(place: u32) -> bool {
    requested(|request| request.nulls.contains(&place).then_some(())).is_some()
}

/// The length that the caller passes as the parameter `place`, of all, if it does not follow from the arrays.
pub(super) fn requested_length(place: u32) -> Option<CLength> {
    requested(|request| request.lengths.iter().find(|(of, _)| *of == place).map(|(_, length)| *length))
}

/// The capacity of the buffer `place`: the caller's, or else what the interface says.
pub fn wanted_capacity(place: u32, capacity: usize) -> usize {
    let given = output(place, |output| match output {
        COutput::Buffer(capacity, _) => Some(*capacity),
        COutput::Null => Some(0),
        _ => None,
    });
    given.map_or(capacity, |given| usize::try_from(given).unwrap_or(usize::MAX))
}

/// The number, or the numbers, at the pointer `place` before the call; otherwise zero.
pub(super) fn initial<C: Copy + Zeroable + 'static>(place: u32, are_numbers: bool) -> C {
    let mut value = C::zeroed();
    let mut store = |bytes: &[u8]| {
        if bytes.len() >= size_of::<C>() {
            // SAFETY: there are as many bytes, and numbers may have any.
            unsafe { (&raw mut value).cast::<u8>().copy_from(bytes.as_ptr(), size_of::<C>()) };
        }
        Some(())
    };
    let stored = output(place, |output| match output {
        COutput::Number(bits) if is_number::<C>() => store(&bits.to_le_bytes()),
        COutput::Numbers(bytes) if are_numbers => store(bytes),
        _ => None,
    });
    stored.map_or_else(C::zeroed, |()| value)
}

/// The text in the buffer `place` before the call, if there is any.
pub(super) fn initial_text(place: u32) -> Option<String> {
    output(place, |output| match output {
        COutput::Buffer(_, text) => text.clone(),
        _ => None,
    })
}

/// Notes whether the pointers in a parameter are where they were.
pub(super) fn note_kept_pointers(place: u32, kept: Vec<bool>) {
    note(|reply| reply.kept_pointers.push((place, kept)));
}

/// Notes that the buffer `place` is as the program has passed it.
pub(super) fn note_unwritten(place: u32) {
    note(|reply| reply.unwritten.push(place));
}

/// Notes that the method's check does not hold. Returns false if the caller is not a C program, which wants to see all the same what the
/// function has returned and written.
#[inline]
pub fn noted_failure() -> bool {
    if has_c_callers() {
        CALL.with_borrow_mut(|call| {
            if let Some(call) = call {
                call.has_failed = true;
            }
        });
    }
    has_c_callers()
}

/// Whether the check of a C program's call does not hold.
pub(super) fn has_failed() -> bool {
    has_c_callers() && CALL.with_borrow(|call| call.as_ref().is_some_and(|call| call.has_failed))
}

/// Notes a length that was passed by reference, as the library has left it.
pub(super) fn note_length(length: i64) {
    note(|reply| reply.lengths.push(length));
}

/// Notes whether the pointer `place` came out as null.
#[inline]
pub fn note_pointer<T>(place: u32, pointer: *const T) {
    if has_c_callers() && pointer.is_null() {
        note(|reply| reply.nulls.push(place));
    }
}

/// What a C program says about an output parameter: what is there, if these are numbers.
///
/// # Safety
/// The pointer is null, or valid for reads.
pub unsafe fn output_at<C: Copy + 'static>(pointer: *const C, are_numbers: bool) -> COutput {
    if pointer.is_null() {
        return COutput::Null;
    }
    if is_number::<C>() {
        let mut bits = [0; 8];
        // SAFETY: guaranteed by the caller; a number has at most 8 bytes.
        unsafe { pointer.cast::<u8>().copy_to(bits.as_mut_ptr(), size_of::<C>()) };
        return COutput::Number(u64::from_le_bytes(bits));
    }
    if !are_numbers {
        return COutput::Value;
    }
    let mut bytes = vec![0; size_of::<C>()];
    // SAFETY: guaranteed by the caller.
    unsafe { pointer.cast::<u8>().copy_to(bytes.as_mut_ptr(), bytes.len()) };
    COutput::Numbers(bytes)
}

/// What a C program says about a buffer.
pub fn output_buffer<T>(buffer: *const T, capacity: usize) -> COutput {
    if buffer.is_null() { COutput::Null } else { COutput::Buffer(capacity as u64, None) }
}

/// What a C program says about a buffer for text.
///
/// # Safety
/// The pointer is null, or valid for reads of `capacity` units.
pub unsafe fn output_text<E: Encoding>(buffer: *const E::Unit, capacity: usize) -> COutput {
    if buffer.is_null() {
        return COutput::Null;
    }
    // SAFETY: guaranteed by the caller.
    let units = unsafe { units_within::<E>(buffer, capacity) };
    // A buffer that nobody has written to may have anything in it.
    let text = E::decode(&units).ok().filter(|text| !text.is_empty());
    COutput::Buffer(capacity as u64, text)
}

/// Whether the NUL at the end of a text is counted in its length of `length` units.
///
/// # Safety
/// The pointer is null, or valid for reads of `length` units.
pub unsafe fn counts_nul<E: Encoding>(text: *const E::Unit, length: i64) -> bool {
    let Ok(length @ 1..) = usize::try_from(length) else { return false };
    // SAFETY: guaranteed by the caller.
    !text.is_null() && unsafe { units_within::<E>(text, length) }.len() == length - 1
}

/// The units of a text up to its NUL, `capacity` at most.
///
/// # Safety
/// The pointer is valid for reads of `capacity` units.
unsafe fn units_within<E: Encoding>(text: *const E::Unit, capacity: usize) -> Vec<E::Unit> {
    let units = (0..capacity).map(|place| {
        // SAFETY: guaranteed by the caller.
        let unit = unsafe { text.add(place) };
        // SAFETY: as above.
        unsafe { unit.read_unaligned() }
    });
    units.take_while(|unit| *unit != E::Unit::zeroed()).collect()
}

/// The place of a parameter for which a C program passes null.
pub fn null_in_c<T>(place: u32, pointer: *const T) -> Option<u32> {
    pointer.is_null().then_some(place)
}

/// The length that a C program passes as the parameter `place`, if it does not follow from what it is the length of.
pub fn c_length(place: u32, length: i64, is_of_null: bool, counts_nul: bool) -> Option<(u32, CLength)> {
    match (is_of_null, counts_nul) {
        (true, _) => Some((place, CLength::Exactly(length))),
        (false, true) => Some((place, CLength::WithNul)),
        (false, false) => None,
    }
}

/// Whether `C` is a number, whose bytes may have any value.
pub(super) fn is_number<C: 'static>() -> bool {
    macro_rules! is_any_of {
        ($($number:ty)*) => { [$(TypeId::of::<$number>()),*].contains(&TypeId::of::<C>()) };
    }
    is_any_of!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64)
}

impl CRequest {
    /// `None` if it says nothing.
    pub(crate) fn unless_empty(&self) -> Option<&Self> {
        (*self != Self::default()).then_some(self)
    }
}

impl CReply {
    /// `None` if it says nothing.
    pub(crate) fn unless_empty(&self) -> Option<&Self> {
        (*self != Self::default()).then_some(self)
    }

    /// The length number `place` among those that were passed by reference.
    pub fn length(&self, place: usize) -> i64 {
        self.lengths.get(place).copied().unwrap_or_default()
    }

    /// Whether the pointer `place` came out as null.
    pub fn is_null(&self, place: u32) -> bool {
        self.nulls.contains(&place)
    }

    /// Whether the buffer of the output parameter `place` is as the program has passed it.
    pub fn is_unwritten(&self, place: u32) -> bool {
        self.unwritten.contains(&place)
    }

    /// Whether each pointer in a parameter, of all, is where it was.
    pub(super) fn kept_pointers(&self, place: u32) -> Vec<bool> {
        let kept = self.kept_pointers.iter().find(|(of, _)| *of == place);
        kept.map_or_else(Vec::new, |(_, kept)| kept.clone())
    }

    /// Sets the error numbers of this thread as the function has set them.
    pub(crate) fn set_errors(&self) {
        sys::set_c_errors((self.errno, self.last_error));
    }
}
