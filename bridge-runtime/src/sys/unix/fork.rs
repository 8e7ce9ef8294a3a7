//! Noticing that this process is a fork of the one that made a value.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

/// The number of forks between the first process of this program and this one.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Marks the process in which it was made.
///
/// A fork is noticed by a handler that the C library runs, so a check costs no system call. `vfork` runs none, nor does a bare
/// `clone`: a process made by these must not do more than start another program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProcessMark(u32);

impl ProcessMark {
    /// Marks this process.
    ///
    /// # Panics
    /// If there is no memory for the handler.
    pub(crate) fn of_this_process() -> Self {
        static HANDLER: Once = Once::new();
        HANDLER.call_once(|| {
            // SAFETY: the function may run in a new process at any time, as it only changes an atomic.
            let result = unsafe { libc::pthread_atfork(None, None, Some(count_fork)) };
            assert_eq!(result, 0, "there is no memory for a fork handler");
        });
        Self(FORKS.load(Ordering::Relaxed))
    }

    /// Whether this process is the marked one, and not a fork of it.
    #[inline]
    pub(crate) fn is_this_process(self) -> bool {
        self.0 == FORKS.load(Ordering::Relaxed)
    }
}

/// Runs in the new process, which has one thread.
unsafe extern "C" fn count_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}
