//! The client on whose behalf a thread of the server acts. What it opens belongs to that client, and is closed with it.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// A client of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner(u64);

/// Restores the previous owner when dropped.
#[derive(Debug)]
pub(crate) struct OwnerGuard(Owner);

thread_local! {
    /// The client that this thread acts for.
    static CURRENT: Cell<Owner> = const { Cell::new(Owner::PROCESS) };
}

impl Owner {
    /// The client that started the process, or the program itself. Threads that the library creates act for it.
    pub(crate) const PROCESS: Self = Self(0);

    /// A new client.
    pub(crate) fn new() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// The client that this thread acts for.
    pub(crate) fn current() -> Self {
        CURRENT.get()
    }

    /// Makes this thread act for the client until the guard is dropped.
    #[must_use]
    pub(crate) fn enter(self) -> OwnerGuard {
        OwnerGuard(CURRENT.replace(self))
    }
}

impl Drop for OwnerGuard {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_acts_for_the_process_by_default() {
        assert_eq!(Owner::current(), Owner::PROCESS);
        let (first, second) = (Owner::new(), Owner::new());
        assert_ne!(first, second);
        let _first = first.enter();
        {
            let _second = second.enter();
            assert_eq!(Owner::current(), second);
        }
        assert_eq!(Owner::current(), first);
    }
}
