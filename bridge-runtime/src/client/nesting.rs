//! Nested calls, which a closure makes while it runs. They use the connection of the call, or of the event, that runs the
//! closure.

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
    pub(super) fn store(self, cell: &AtomicU64, ordering: Ordering) {
        cell.store(self.0, ordering);
    }

    /// Loads a stored id. The initial 0 is not the id of any session.
    pub(super) fn load(cell: &AtomicU64, ordering: Ordering) -> Self {
        Self(cell.load(ordering))
    }
}

/// A call whose closure this thread is running. It lives in the stack frame of [`suspend`].
struct SuspendedCall {
    session: SessionId,
    depth: u32,
    /// `None` while a nested call is using it.
    connection: Cell<Option<NonNull<Connection>>>,
    /// The suspended call that this one is nested in.
    outer: Option<NonNull<SuspendedCall>>,
}

thread_local! {
    static INNERMOST: Cell<Option<NonNull<SuspendedCall>>> = const { Cell::new(None) };
}

/// Runs a closure of the call at `depth`, and lends the call's connection to the calls that the closure makes.
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
    /// The session's first connection.
    First(FairMutexGuard<'t, Connection>),
    /// A pooled connection, which has a thread of its own in the server.
    Pooled(PooledConnection<'t>),
    /// The connection of a call that this one is nested in.
    Nested(NestedConnection),
}

/// The connection of a suspended call, lent to a nested call. It is dropped before the closure that makes the nested call
/// returns.
pub(super) struct NestedConnection {
    call: NonNull<SuspendedCall>,
    connection: NonNull<Connection>,
}

impl NestedConnection {
    /// Takes the connection that a closure on this thread may use for calls of `session`.
    #[inline]
    pub(super) fn find(session: SessionId) -> Option<Self> {
        Self::find_from(session, INNERMOST.get()?)
    }

    fn find_from(session: SessionId, innermost: NonNull<SuspendedCall>) -> Option<Self> {
        let mut next = Some(innermost);
        while let Some(call) = next {
            // SAFETY: the list holds only frames of `suspend` that have not returned: `Resume` removes each one when `suspend`
            // returns or unwinds, and the list is thread-local.
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
        // SAFETY: the frame of `suspend` is still live: it runs the closure that makes this call, and this guard is dropped
        // before the closure returns.
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
        // SAFETY: the pointer comes from the `&mut` that `suspend` holds and does not use while the closure runs. `find` took it
        // out of its cell, so only this guard has it until `drop` puts it back.
        unsafe { self.connection.as_ref() }
    }
}

impl DerefMut for NestedConnection {
    fn deref_mut(&mut self) -> &mut Connection {
        // SAFETY: as in `deref`, and `&mut self` excludes other references through this guard.
        unsafe { self.connection.as_mut() }
    }
}

impl ConnectionGuard<'_> {
    /// The depth of the call that holds the connection.
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
