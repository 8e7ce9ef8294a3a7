//! What a thread is inside of, and how closures have failed there.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::panic::resume_unwind;

use crate::fault::Fault;

/// What a panic carries.
pub(super) type Payload = Box<dyn Any + Send>;

/// What a thread is inside of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Calling {
    Nothing,
    /// A native call.
    Native,
    /// One in which a registered closure has failed.
    Failed,
}

thread_local! {
    static CALLING: Cell<Calling> = const { Cell::new(Calling::Nothing) };
    /// How registered closures have failed, for each native call that this thread is inside of and one has failed in.
    static FAILURES: RefCell<Vec<Payload>> = const { RefCell::new(Vec::new()) };
}

/// A native call that this thread is inside of, and what it was inside of before.
pub(crate) struct NativeFrame(Calling);

impl NativeFrame {
    #[inline]
    pub(crate) fn enter() -> Self {
        Self(CALLING.replace(Calling::Native))
    }

    /// Leaves it, and goes on with the failure of a registered closure that it has called.
    ///
    /// # Panics
    /// With that failure.
    #[inline]
    pub(crate) fn leave(self) {
        let outer = ManuallyDrop::new(self).0;
        if CALLING.replace(outer) == Calling::Failed
            && let Some(payload) = failure()
        {
            resume_unwind(payload);
        }
    }
}

impl Drop for NativeFrame {
    /// Drops the failure that nobody has gone on with: something else unwinds.
    fn drop(&mut self) {
        if CALLING.replace(self.0) == Calling::Failed {
            drop(failure());
        }
    }
}

/// How a registered closure has failed in the native call that this thread is inside of.
#[cold]
fn failure() -> Option<Payload> {
    FAILURES.with_borrow_mut(Vec::pop)
}

/// Leaves the failure of a registered closure with the call that this thread is making.
#[cold]
pub(super) fn fail_call(payload: Payload) {
    match CALLING.get() {
        Calling::Native => {
            FAILURES.with_borrow_mut(|failures| failures.push(payload));
            CALLING.set(Calling::Failed);
        }
        Calling::Failed => {}
        Calling::Nothing => {
            // Its thread is the library's, which knows nothing of failures. A panic that is none of ours has
            // been reported by the hook.
            if let Some(fault) = payload.downcast_ref::<Fault>() {
                fault.complain();
            }
        }
    }
}
