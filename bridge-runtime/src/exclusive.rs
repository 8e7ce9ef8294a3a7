//! A mutex that detects reentry.

use std::cell::Cell;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::sync::LockExt as _;

/// A mutex that rejects a thread that already holds it, instead of deadlocking. The user's code that runs while it is held may
/// try to lock it again.
pub(crate) struct Exclusive<T> {
    /// The id of the thread that holds the mutex, or [`NO_THREAD`]. Only a thread itself writes its id here, so a relaxed load is
    /// enough for it to find out whether it is the holder.
    holder: AtomicUsize,
    value: Mutex<T>,
}

/// Not the id of any thread.
const NO_THREAD: usize = 0;

/// Resets the holder, also after a panic.
struct Leave<'e>(&'e AtomicUsize);

/// Returns an id of this thread that no other running thread has: the address of a thread-local.
fn this_thread() -> usize {
    thread_local!(static HERE: Cell<u8> = const { Cell::new(0) });
    HERE.with(|here| std::ptr::from_ref(here).addr())
}

impl<T> Exclusive<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { holder: AtomicUsize::new(NO_THREAD), value: Mutex::new(value) }
    }

    /// Locks the mutex and runs `use_value` with the value; `None` if this thread holds the mutex already.
    pub(crate) fn enter<R>(&self, use_value: impl FnOnce(&mut T) -> R) -> Option<R> {
        let this = this_thread();
        if self.holder.load(Ordering::Relaxed) == this {
            return None;
        }
        let mut value = self.value.lock_unpoisoned();
        self.holder.store(this, Ordering::Relaxed);
        let _leave = Leave(&self.holder);
        Some(use_value(&mut value))
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.store(NO_THREAD, Ordering::Relaxed);
    }
}

impl<T> fmt::Debug for Exclusive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exclusive").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reentry_is_refused_and_another_thread_waits() {
        let value = Exclusive::new(1);
        let inner = value.enter(|number| {
            *number += 1;
            value.enter(|number| *number += 10)
        });
        assert_eq!(inner, Some(None));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| value.enter(|number| *number += 1).unwrap());
            }
        });
        assert_eq!(value.enter(|number| *number), Some(6));
    }
}
