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
    /// For each output parameter in C's order: the number at its pointer, or the capacity of its buffer; `None` for a null pointer.
    pub(crate) outputs: Vec<Option<u64>>,
}

/// What a C program gets besides the result. It crosses as an `Option`, like [`CRequest`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CReply {
    /// The lengths that were passed by reference, in C's order.
    lengths: Vec<i64>,
    /// The pointers that came out as null, by their places: that of an output parameter, or [`RETURNED`].
    nulls: Vec<u32>,
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
    sys::clear_errno();
    sys::clear_last_error();
    let returned = function();
    let numbers = sys::c_errors();
    note(|reply| (reply.errno, reply.last_error) = numbers);
    returned
}

fn note(change: impl FnOnce(&mut CReply)) {
    CALL.with_borrow_mut(|call| {
        if let Some(call) = call {
            change(&mut call.reply);
        }
    });
}

/// What the caller passes for the output parameter `place`: `None` if nothing is known about it.
fn output(place: u32) -> Option<Option<u64>> {
    if !has_c_callers() {
        return None;
    }
    CALL.with_borrow(|call| call.as_ref()?.request.outputs.get(place as usize).copied())
}

/// The pointer to pass for the output parameter `place`: null, if the caller passes null.
#[inline]
pub fn wanted<T>(place: u32, pointer: *mut T) -> *mut T {
    match output(place) {
        Some(None) => std::ptr::null_mut(),
        _ => pointer,
    }
}

/// The capacity of the buffer `place`: the caller's, or else what the interface says.
pub fn wanted_capacity(place: u32, capacity: usize) -> usize {
    match output(place) {
        Some(given) => usize::try_from(given.unwrap_or_default()).unwrap_or(usize::MAX),
        None => capacity,
    }
}

/// The number that is at the pointer `place` before the call; otherwise zero.
pub(super) fn initial<C: Copy + Zeroable + 'static>(place: u32) -> C {
    let mut value = C::zeroed();
    if is_number::<C>()
        && let Some(Some(bits)) = output(place)
    {
        // SAFETY: a number has at most 8 bytes, and may have any.
        unsafe { (&raw mut value).cast::<u8>().copy_from(bits.to_le_bytes().as_ptr(), size_of::<C>()) };
    }
    value
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

/// What a C program says about an output parameter: the number there, if it is one.
///
/// # Safety
/// The pointer is null, or valid for reads.
pub unsafe fn output_at<C: Copy + 'static>(pointer: *const C) -> Option<u64> {
    if pointer.is_null() {
        return None;
    }
    let mut bits = [0; 8];
    if is_number::<C>() {
        // SAFETY: guaranteed by the caller; a number has at most 8 bytes.
        unsafe { pointer.cast::<u8>().copy_to(bits.as_mut_ptr(), size_of::<C>()) };
    }
    Some(u64::from_le_bytes(bits))
}

/// What a C program says about a buffer.
pub fn output_buffer<T>(buffer: *const T, capacity: usize) -> Option<u64> {
    (!buffer.is_null()).then_some(capacity as u64)
}

/// Whether `C` is a number, whose bytes may have any value.
fn is_number<C: 'static>() -> bool {
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

    /// Sets the error numbers of this thread as the function has set them.
    pub(crate) fn set_errors(&self) {
        sys::set_c_errors((self.errno, self.last_error));
    }
}
