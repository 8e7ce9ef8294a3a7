//! Dispatching calls to the implementation of the interface, with its type erased.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use super::call::Call;
use super::cleanup::AbandonedHandles;
use super::memory;
use crate::fault::Fault;
use crate::interface::Interface;
use crate::marshal::Decoder;
use crate::native::{BufferElement, CRequest, Owner, abandoned_by, has_c_callers, in_c_call};
use crate::sync::LockExt as _;
use crate::sys::Executing;
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

    /// Returns targets for the threads of the library's own; `None` if the implementation cannot be used on them.
    fn library_thread_targets(&self) -> Option<LibraryThreadTargets>;
}

/// A target that may move to another thread.
pub struct ThreadTarget(pub(super) Box<dyn DispatchTarget + Send>);

impl std::fmt::Debug for ThreadTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ThreadTarget").finish_non_exhaustive()
    }
}

/// Makes targets for the threads of the library's own, which run the calls that a registered closure makes while such a thread
/// runs it.
pub struct LibraryThreadTargets(Box<dyn Fn() -> ThreadTarget + Send + Sync>);

impl LibraryThreadTargets {
    /// Makes a target for this thread.
    pub(super) fn make(&self) -> ThreadTarget {
        (self.0)()
    }
}

impl std::fmt::Debug for LibraryThreadTargets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LibraryThreadTargets").finish_non_exhaustive()
    }
}

/// An implementation that several threads use. [`library_thread_targets`] makes it.
struct AcrossThreads<S>(Arc<S>);

// SAFETY: guaranteed by the caller of `library_thread_targets`: `S` may be used by several threads at once, and dropped by any.
unsafe impl<S> Send for AcrossThreads<S> {}
// SAFETY: as above.
unsafe impl<S> Sync for AcrossThreads<S> {}

impl<S: 'static> AcrossThreads<S> {
    fn thread_target<I: Dispatch<S> + ?Sized>(&self) -> ThreadTarget {
        ThreadTarget(Box::new(OnOtherThread::<S, I>(Self(Arc::clone(&self.0)), PhantomData)))
    }
}

/// An implementation to which calls are dispatched on another thread than the main one.
struct OnOtherThread<S, I: ?Sized>(AcrossThreads<S>, PhantomData<fn(&I)>);

/// Returns targets for the threads of the library's own.
///
/// # Safety
/// Several threads may use an `S` at once, even if its type is not `Sync` as a hint for the program.
pub unsafe fn library_thread_targets<S: 'static, I: Dispatch<S> + ?Sized>(server: &Arc<S>) -> LibraryThreadTargets {
    let shared = AcrossThreads(Arc::clone(server));
    LibraryThreadTargets(Box::new(move || shared.thread_target::<I>()))
}

/// An implementation of type `S`, to which the interface `I` dispatches calls.
pub(crate) struct Served<S, I: ?Sized> {
    pub(crate) server: Arc<S>,
    library_threads: fn(&Arc<S>) -> Option<LibraryThreadTargets>,
    interface: PhantomData<fn(&I)>,
}

impl<S, I: ?Sized> Served<S, I> {
    /// An implementation that only the threads made by the runtime use.
    pub(crate) fn new(server: S) -> Self {
        Self::of_library(server, |_| None)
    }

    /// An implementation that the library's own threads use through the targets that `library_threads` returns, if any.
    pub(super) fn of_library(server: S, library_threads: fn(&Arc<S>) -> Option<LibraryThreadTargets>) -> Self {
        Self { server: Arc::new(server), library_threads, interface: PhantomData }
    }
}

/// Returns a target for another thread, with the same implementation.
pub fn thread_target<S: Send + Sync + 'static, I: Dispatch<S> + ?Sized>(server: &Arc<S>) -> ThreadTarget {
    ThreadTarget(Box::new(Served::<S, I> {
        server: Arc::clone(server),
        library_threads: |_| None,
        interface: PhantomData,
    }))
}

/// Executes a call of a method, or of one of those that every interface has.
#[inline]
fn dispatch<S, I: Dispatch<S> + ?Sized>(
    server: &S,
    method: u32,
    arguments: Decoder<'_>,
    call: &Call<'_>,
) -> Result<(), Fault> {
    match MemoryCall::of(method) {
        Some(operation) => memory::execute(operation, I::elements(), arguments, call),
        None => {
            let known = I::description().methods.get(method as usize);
            let _noted = known.map(|method| Executing::begin(&method.name));
            if !has_c_callers() {
                return I::dispatch(server, method, arguments, call);
            }
            let mut arguments = arguments;
            let request: Option<CRequest> = arguments.value()?;
            in_c_call(request.unwrap_or_default(), || I::dispatch(server, method, arguments, call))
        }
    }
}

impl<S, I: Dispatch<S> + ?Sized> DispatchTarget for Served<S, I> {
    fn call(&self, method: u32, arguments: Decoder<'_>, call: &Call<'_>) -> Result<(), Fault> {
        dispatch::<S, I>(&self.server, method, arguments, call)
    }

    fn close_abandoned(&self, abandoned: &AbandonedHandles) {
        I::close_abandoned(&self.server, abandoned);
    }

    fn thread_target(&self) -> Option<ThreadTarget> {
        I::thread_target(&self.server)
    }

    fn library_thread_targets(&self) -> Option<LibraryThreadTargets> {
        let of_any_thread = || {
            let template = Mutex::new(self.thread_target()?);
            // A target for threads can make another one.
            let make = move || {
                let ThreadTarget(template) = &*template.lock_unpoisoned();
                template.thread_target()
            };
            make().map(|_| LibraryThreadTargets(Box::new(move || make().unwrap_or_else(|| unreachable!()))))
        };
        (self.library_threads)(&self.server).or_else(of_any_thread)
    }
}

impl<S: 'static, I: Dispatch<S> + ?Sized> DispatchTarget for OnOtherThread<S, I> {
    fn call(&self, method: u32, arguments: Decoder<'_>, call: &Call<'_>) -> Result<(), Fault> {
        dispatch::<S, I>(&self.0.0, method, arguments, call)
    }

    fn close_abandoned(&self, abandoned: &AbandonedHandles) {
        I::close_abandoned(&self.0.0, abandoned);
    }

    fn thread_target(&self) -> Option<ThreadTarget> {
        I::thread_target(&self.0.0)
    }

    fn library_thread_targets(&self) -> Option<LibraryThreadTargets> {
        let shared = AcrossThreads(Arc::clone(&self.0.0));
        Some(LibraryThreadTargets(Box::new(move || shared.thread_target::<I>())))
    }
}

/// Closes the handles that a disconnected client has left open. To be called on the thread that runs the methods.
pub(crate) fn close_handles_of(owner: Owner, target: &dyn DispatchTarget) {
    let handles = abandoned_by(owner);
    if !handles.is_empty() {
        target.close_abandoned(&AbandonedHandles::new(handles));
    }
}
