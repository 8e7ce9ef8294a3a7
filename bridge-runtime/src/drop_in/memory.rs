//! Memory that a C program gets from a function, and that outlives the call.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::ffi::c_void;
use std::sync::{LazyLock, Mutex};

use crate::native::Scope;
use crate::sync::LockExt as _;

/// How many results of a function are kept on a thread, and how many bytes beside the last one: programs that know their library compare
/// or print several of its constant texts at once.
const KEPT_RESULTS: usize = 16;
const KEPT_BYTES: usize = 1 << 16;

thread_local! {
    /// What each function's last calls on this thread have returned, by the function's name, the last one at the end.
    static RETURNED: RefCell<HashMap<&'static str, VecDeque<Scope>>> = RefCell::default();
}

/// Memory that a program frees, by its address.
static UNTIL_FREED: LazyLock<Mutex<HashMap<usize, FreedAnywhere>>> = LazyLock::new(Mutex::default);

/// The memory of a scope, which any thread may free.
struct FreedAnywhere(#[expect(dead_code, reason = "it is kept, and then dropped")] Scope);

// SAFETY: a scope keeps vectors of C values, which own no more than their memory. It may be freed on any thread.
unsafe impl Send for FreedAnywhere {}

/// Keeps what a function returns until its next call on this thread, and for some calls more if it is small.
pub(super) fn keep_returned(function: &'static str, scope: Scope) {
    if scope.is_empty() {
        return;
    }
    let mut scope = Some(scope);
    let kept = RETURNED.try_with(|returned| {
        let mut returned = returned.borrow_mut();
        let kept = returned.entry(function).or_default();
        kept.extend(scope.take());
        while kept.len() > KEPT_RESULTS || kept.iter().rev().skip(1).map(Scope::bytes).sum::<usize>() > KEPT_BYTES {
            kept.pop_front();
        }
    });
    if kept.is_err() {
        // The thread is ending: there is no next call, but the caller may read the memory until then.
        std::mem::forget(scope);
    }
}

/// Keeps what is at a pointer until the program gives it back with [`give_back`].
pub(super) fn keep_until_freed<T>(pointer: *const T, scope: Scope) {
    if !pointer.is_null() {
        UNTIL_FREED.lock_unpoisoned().insert(pointer.addr(), FreedAnywhere(scope));
    }
}

/// Frees memory that a drop-in function has given out. Returns whether it has.
pub fn give_back(pointer: *const c_void) -> bool {
    UNTIL_FREED.lock_unpoisoned().remove(&pointer.addr()).is_some()
}

/// Converts a result that the program frees, with `to_c`, which keeps what is at the pointer in a scope.
///
/// # Errors
/// As `to_c`.
pub fn freed_by_c<T, E>(to_c: impl FnOnce(&mut Scope) -> Result<*const T, E>) -> Result<*const T, E> {
    let mut scope = Scope::new();
    let pointer = to_c(&mut scope)?;
    keep_until_freed(pointer, scope);
    Ok(pointer)
}
