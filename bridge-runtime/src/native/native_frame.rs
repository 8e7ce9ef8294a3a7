//! Tracks nested native calls and the pending failure of a registered callback.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::panic::resume_unwind;

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
    static FAILURES: RefCell<Vec<Payload>> = const { RefCell::new(Vec::new()) };
}

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
    FAILURES.with_borrow_mut(Vec::pop)
}

/// Leaves the failure of a registered closure to the native call that this thread is making.
#[cold]
pub(super) fn fail_call(payload: Payload) {
    match CALLING.get() {
        Calling::Native => {
            FAILURES.with_borrow_mut(|failures| failures.push(payload));
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
}
