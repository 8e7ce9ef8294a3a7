//! A closure that C calls: one that is borrowed for the time of a call, or one that is registered.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;

/// A closure for C to call, of the type `F` that [`CallbackTable::run`](super::CallbackTable::run) asks for.
pub struct CClosure<F> {
    storage: ClosureStorage,
    ty: PhantomData<F>,
}

/// A closure of a type that only its C function knows.
pub(super) enum ClosureStorage {
    /// Borrowed from a call, which takes it back before it ends. The lifetime is not the true one: C may call at any time
    /// from any thread, so the table of closures is a `static`, and what it contains has to be `'static`. That no use
    /// outlives the closure is what [`CClosure::lent`] demands; see there.
    Lent(&'static mut (dyn Any + Send)),
    /// Registered.
    Owned(Box<dyn Any + Send>),
}

impl ClosureStorage {
    pub(super) fn closure(&mut self) -> &mut (dyn Any + Send) {
        match self {
            Self::Lent(closure) => *closure,
            Self::Owned(closure) => &mut **closure,
        }
    }
}

impl<F> CClosure<F> {
    pub(super) fn into_storage(self) -> ClosureStorage {
        self.storage
    }
}

impl<F: Any + Send> CClosure<F> {
    /// A closure that C may call during one call.
    ///
    /// # Safety
    /// The closure outlives the [`LentClosure`](super::LentClosure) that this is made into, whose drop waits for a running
    /// call of the closure and lets none begin; that one is dropped, not leaked and not made into a registration; and nobody
    /// else uses the closure meanwhile.
    pub unsafe fn lent(closure: &mut F) -> Self {
        let closure: *mut F = closure;
        // SAFETY: the pointer comes from a reference, and the caller guarantees that the closure outlives all uses.
        let closure = unsafe { &mut *closure };
        Self { storage: ClosureStorage::Lent(closure), ty: PhantomData }
    }

    /// A closure that C may call for as long as it is registered.
    pub fn kept(closure: F) -> Self {
        Self { storage: ClosureStorage::Owned(Box::new(closure)), ty: PhantomData }
    }
}

impl<F> fmt::Debug for CClosure<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CClosure").finish_non_exhaustive()
    }
}
