//! Calls that a closure makes while it runs: they are nested in the call, or the event, whose closure it is, and use its
//! connection.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

use super::connection::Connection;
use super::fair_mutex::FairMutexGuard;
use super::pool::PooledConnection;
use crate::wire::{NO_CALL, OUTERMOST};

/// The unique id of a session in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SessionId(u64);

impl SessionId {
    /// A new id.
    pub(super) fn new() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Stores the id, for [`SessionId::load`].
    pub(super) fn store(self, place: &AtomicU64, ordering: Ordering) {
        place.store(self.0, ordering);
    }

    /// Loads an id that was stored; before that, it is no session's.
    pub(super) fn load(place: &AtomicU64, ordering: Ordering) -> Self {
        Self(place.load(ordering))
    }
}

/// A call whose closure this thread is running. It lives in the stack frame of [`suspend`].
struct SuspendedCall {
    session: SessionId,
    depth: u32,
    /// `None` while a nested call uses it.
    connection: Cell<Option<NonNull<Connection>>>,
    /// The suspended call that this one is nested in.
    outer: Option<NonNull<SuspendedCall>>,
}

thread_local! {
    static INNERMOST: Cell<Option<NonNull<SuspendedCall>>> = const { Cell::new(None) };
}

/// Runs a closure of the call at `depth`, and leaves the call's connection to the calls that the closure makes.
pub(super) fn suspend<R>(session: SessionId, depth: u32, connection: &mut Connection, run: impl FnOnce() -> R) -> R {
    let outer = INNERMOST.get();
    let suspended = SuspendedCall { session, depth, connection: Cell::new(Some(NonNull::from(connection))), outer };
    let _resume = Resume(outer);
    INNERMOST.set(Some(NonNull::from(&suspended)));
    run()
}

/// Makes the outer call the innermost one again, also after a panic.
struct Resume(Option<NonNull<SuspendedCall>>);

impl Drop for Resume {
    fn drop(&mut self) {
        INNERMOST.set(self.0);
    }
}

/// Exclusive use of a connection, while a call is made.
pub(super) enum ConnectionGuard<'t> {
    /// The session's first connection, which callers wait for.
    First(FairMutexGuard<'t, Connection>),
    /// One of those that the server has a thread for each of.
    Pooled(PooledConnection<'t>),
    /// The connection of a call that this one is nested in.
    Nested(NestedConnection),
}

/// See [`ConnectionGuard::Nested`]. It is dropped before the closure returns that makes the call.
pub(super) struct NestedConnection {
    call: NonNull<SuspendedCall>,
    connection: NonNull<Connection>,
}

impl NestedConnection {
    /// Finds the connection that a closure on this thread may use for calls of `session`.
    #[inline]
    pub(super) fn find(session: SessionId) -> Option<Self> {
        Self::find_from(session, INNERMOST.get()?)
    }

    fn find_from(session: SessionId, innermost: NonNull<SuspendedCall>) -> Option<Self> {
        let mut next = Some(innermost);
        while let Some(call) = next {
            // SAFETY: its `suspend` has not returned, or else an outer call would be the innermost one.
            let suspended = unsafe { call.as_ref() };
            if suspended.session == session {
                return suspended.connection.take().map(|connection| Self { call, connection });
            }
            next = suspended.outer;
        }
        None
    }

    /// The call that this one is nested in.
    fn call(&self) -> &SuspendedCall {
        // SAFETY: its `suspend` has not returned: it runs the closure that makes this call.
        unsafe { self.call.as_ref() }
    }

    /// The depth of a call on this connection.
    fn depth(&self) -> u32 {
        self.call().depth.saturating_add(1)
    }

    /// Whether it is the event connection.
    pub(super) fn is_for_events(&self) -> bool {
        self.call().depth == NO_CALL
    }
}

impl Drop for NestedConnection {
    fn drop(&mut self) {
        self.call().connection.set(Some(self.connection));
    }
}

impl Deref for NestedConnection {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        // SAFETY: `suspend` has it from an exclusive reference that it does not use meanwhile, and nobody else has taken it.
        unsafe { self.connection.as_ref() }
    }
}

impl DerefMut for NestedConnection {
    fn deref_mut(&mut self) -> &mut Connection {
        // SAFETY: as in `deref`.
        unsafe { self.connection.as_mut() }
    }
}

impl ConnectionGuard<'_> {
    /// The depth of the call that the connection is held for.
    pub(super) fn depth(&self) -> u32 {
        match self {
            Self::First(_) | Self::Pooled(_) => OUTERMOST,
            Self::Nested(nested) => nested.depth(),
        }
    }
}

impl Deref for ConnectionGuard<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::First(guard) => guard,
            Self::Pooled(pooled) => &pooled.connection,
            Self::Nested(nested) => nested,
        }
    }
}

impl DerefMut for ConnectionGuard<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        match self {
            Self::First(guard) => guard,
            Self::Pooled(pooled) => &mut pooled.connection,
            Self::Nested(nested) => nested,
        }
    }
}
