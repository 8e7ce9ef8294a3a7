//! Tracks nested native calls and the pending failure of a registered callback.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::fault::Fault;

/// The payload of a panic.
pub(super) type Payload = Box<dyn Any + Send>;

/// The state of a thread.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Calling {
    /// Not in a native call.
    Nothing,
    /// In a native call.
    Native,
    /// In a native call in which a registered closure has failed.
    Failed,
}

thread_local! {
    static CALLING: Cell<Calling> = const { Cell::new(Calling::Nothing) };
    /// The method that has failed first.
    static FAILED_IN: Cell<Option<&'static str>> = const { Cell::new(None) };
    /// The pending failures, one for each native call of this thread that is in state [`Calling::Failed`].
    static FAILURES: RefCell<Vec<PendingFailure>> = const { RefCell::new(Vec::new()) };
}

/// A native call in which a registered closure has failed.
struct PendingFailure {
    call: FailedCall,
    payload: Payload,
}

/// The number of a native call in which a registered closure has failed, among those of all threads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct FailedCall(u64);

/// A native call of this thread, with the state before it.
pub(crate) struct NativeFrame {
    before: Calling,
    method: &'static str,
}

impl NativeFrame {
    #[inline]
    pub(crate) fn enter(method: &'static str) -> Self {
        Self { before: CALLING.replace(Calling::Native), method }
    }

    /// Notes that a method fails, unless one that it called did.
    #[cold]
    pub(crate) fn failed_in(method: &'static str) {
        FAILED_IN.set(FAILED_IN.get().or(Some(method)));
    }

    /// The method that has failed first since this was asked.
    pub(crate) fn take_failed() -> Option<&'static str> {
        FAILED_IN.take()
    }

    /// Ends the native call, and resumes the failure of a registered closure that it called.
    ///
    /// # Panics
    /// With that failure.
    #[inline]
    pub(crate) fn leave(self) {
        let Self { before, method } = &*ManuallyDrop::new(self);
        if CALLING.replace(*before) == Calling::Failed
            && let Some(payload) = failure()
        {
            Self::failed_in(method);
            resume_unwind(payload);
        }
    }
}

impl Drop for NativeFrame {
    /// Drops a pending failure: the call is left by another panic.
    fn drop(&mut self) {
        Self::failed_in(self.method);
        if CALLING.replace(self.before) == Calling::Failed {
            drop(failure());
        }
    }
}

/// Takes the failure of a registered closure in the current native call.
#[cold]
fn failure() -> Option<Payload> {
    FAILURES.with_borrow_mut(Vec::pop).map(|failure| failure.payload)
}

/// The native call that this thread is making, if a registered closure has failed in it.
#[cold]
pub(super) fn failed_call() -> Option<FailedCall> {
    match CALLING.get() {
        Calling::Failed => FAILURES.with_borrow(|failures| failures.last().map(|failure| failure.call)),
        Calling::Native | Calling::Nothing => None,
    }
}

/// Leaves the failure of a registered closure to the native call that this thread is making, and returns that call.
#[cold]
pub(super) fn fail_call(payload: Payload) -> Option<FailedCall> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    match CALLING.get() {
        Calling::Native => {
            let call = FailedCall(LAST.fetch_add(1, Ordering::Relaxed));
            FAILURES.with_borrow_mut(|failures| failures.push(PendingFailure { call, payload }));
            CALLING.set(Calling::Failed);
        }
        Calling::Failed => {}
        Calling::Nothing => {
            // The thread belongs to the library, so there is no call to fail. Panics other than faults have been
            // reported by the panic hook.
            if let Some(fault) = payload.downcast_ref::<Fault>() {
                fault.log();
            }
        }
    }
    failed_call()
}
