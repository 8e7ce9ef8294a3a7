//! A mutex that detects reentry.

use std::cell::Cell;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::sync::LockExt as _;

/// A mutex that refuses the thread that holds it already instead of blocking for ever. What runs while it is held may call
/// back into the same mutex.
pub(crate) struct Exclusive<T> {
    /// The id of the thread that holds the mutex, or [`NOBODY`]. A thread's id is only written by that thread, so a relaxed
    /// load tells it for certain whether it is the holder.
    user: AtomicUsize,
    value: Mutex<T>,
}

const NOBODY: usize = 0;

/// Resets the holder, also after a panic.
struct Leave<'e>(&'e AtomicUsize);

/// An id of this thread that no other living thread has: the address of a thread-local.
fn this_thread() -> usize {
    thread_local!(static HERE: Cell<u8> = const { Cell::new(0) });
    HERE.with(|here| std::ptr::from_ref(here).addr())
}

impl<T> Exclusive<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { user: AtomicUsize::new(NOBODY), value: Mutex::new(value) }
    }

    /// Runs `use_it` with the value once no other thread uses it; `None` if this thread is using it already.
    pub(crate) fn enter<R>(&self, use_it: impl FnOnce(&mut T) -> R) -> Option<R> {
        let this = this_thread();
        if self.user.load(Ordering::Relaxed) == this {
            return None;
        }
        let mut value = self.value.lock_unpoisoned();
        self.user.store(this, Ordering::Relaxed);
        let _leave = Leave(&self.user);
        Some(use_it(&mut value))
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.store(NOBODY, Ordering::Relaxed);
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
