//! Dispatching calls to the implementation of the interface, with its type erased.

use std::marker::PhantomData;
use std::sync::Arc;

use super::call::Call;
use super::cleanup::AbandonedHandles;
use super::memory;
use crate::fault::Fault;
use crate::interface::Interface;
use crate::marshal::Decoder;
use crate::native::{BufferElement, Owner, abandoned_by};
use crate::wire::MemoryCall;

/// Dispatches calls to the implementations of an interface: `dyn Trait` dispatches to every `S` that implements `Trait`.
///
/// Only `#[bridge32]` implements this trait, for `dyn Trait`. Its items are hidden from this page and may change in any
/// release.
pub trait Dispatch<S: ?Sized>: Interface {
    /// Executes one call: decodes its arguments, calls the method, and replies with its result.
    ///
    /// # Errors
    /// [`Fault`] if the call cannot be executed.
    #[doc(hidden)]
    fn dispatch(server: &S, method: u32, arguments: Decoder<'_>, call: &Call<'_>) -> Result<(), Fault>;

    /// Returns a target for an extra connection's thread; `None` if all calls must run on the main thread.
    #[doc(hidden)]
    fn thread_target(server: &Arc<S>) -> Option<ThreadTarget>
    where
        S: Sized,
    {
        let _ = server;
        None
    }

    /// Returns the element types that the interface lists for [`RemoteBuffer`](crate::RemoteBuffer).
    #[doc(hidden)]
    fn elements() -> &'static [BufferElement] {
        &[]
    }

    /// Closes the handles that a disconnected client has left open, with the methods that close a handle and have no other
    /// parameters.
    #[doc(hidden)]
    fn close_abandoned(server: &S, abandoned: &AbandonedHandles) {
        let _ = (server, abandoned);
    }
}

/// [`Dispatch`] with the types erased.
pub(crate) trait DispatchTarget {
    /// Executes a call and replies to it.
    ///
    /// # Errors
    /// [`Fault`] if the call cannot be executed.
    fn call(&self, method: u32, arguments: Decoder<'_>, call: &Call<'_>) -> Result<(), Fault>;

    /// Closes the handles that a disconnected client has left open.
    fn close_abandoned(&self, abandoned: &AbandonedHandles);

    /// Returns a target for an extra connection's thread; `None` if all calls must run on the main thread.
    fn thread_target(&self) -> Option<ThreadTarget>;
}

/// A target that may move to another thread.
pub struct ThreadTarget(pub(super) Box<dyn DispatchTarget + Send>);

impl std::fmt::Debug for ThreadTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ThreadTarget").finish_non_exhaustive()
    }
}

/// An implementation of type `S`, to which the interface `I` dispatches calls.
pub(crate) struct Served<S, I: ?Sized> {
    pub(crate) server: Arc<S>,
    interface: PhantomData<fn(&I)>,
}

impl<S, I: ?Sized> Served<S, I> {
    pub(crate) fn new(server: S) -> Self {
        Self { server: Arc::new(server), interface: PhantomData }
    }
}

/// Returns a target for another thread, with the same implementation.
pub fn thread_target<S: Send + Sync + 'static, I: Dispatch<S> + ?Sized>(server: &Arc<S>) -> ThreadTarget {
    ThreadTarget(Box::new(Served::<S, I> { server: Arc::clone(server), interface: PhantomData }))
}

impl<S, I: Dispatch<S> + ?Sized> DispatchTarget for Served<S, I> {
    fn call(&self, method: u32, arguments: Decoder<'_>, call: &Call<'_>) -> Result<(), Fault> {
        match MemoryCall::of(method) {
            Some(operation) => memory::execute(operation, I::elements(), arguments, call),
            None => I::dispatch(&self.server, method, arguments, call),
        }
    }

    fn close_abandoned(&self, abandoned: &AbandonedHandles) {
        I::close_abandoned(&self.server, abandoned);
    }

    fn thread_target(&self) -> Option<ThreadTarget> {
        I::thread_target(&self.server)
    }
}

/// Closes the handles that a disconnected client has left open. To be called on the thread that runs the methods.
pub(crate) fn close_handles_of(owner: Owner, target: &dyn DispatchTarget) {
    let handles = abandoned_by(owner);
    if !handles.is_empty() {
        target.close_abandoned(&AbandonedHandles::new(handles));
    }
}
