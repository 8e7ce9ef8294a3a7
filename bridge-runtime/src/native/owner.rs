//! On whose behalf the server acts: what is opened belongs to that client, and ends with it.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// A client of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner(u64);

/// Puts back who was acted for before.
#[derive(Debug)]
pub(crate) struct Acting(Owner);

thread_local! {
    /// Whom this thread acts for.
    static CURRENT: Cell<Owner> = const { Cell::new(Owner::PROCESS) };
}

impl Owner {
    /// Whoever the process is there for: the client that started it, or the program itself. Threads that the library
    /// made act for it.
    pub(crate) const PROCESS: Self = Self(0);

    /// One more client.
    pub(crate) fn new() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Whom this thread acts for.
    pub(crate) fn current() -> Self {
        CURRENT.get()
    }

    /// Makes this thread act for it, until the guard is dropped.
    #[must_use]
    pub(crate) fn enter(self) -> Acting {
        Acting(CURRENT.replace(self))
    }
}

impl Drop for Acting {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_acts_for_the_process_unless_told_otherwise() {
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
