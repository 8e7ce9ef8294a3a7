//! The line of a call whose closure is running: the closure's own calls are made on it, from inside of that call. So are
//! those of a closure that the server runs between calls, on the event connection.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use super::connection::Connection;
use super::fair_mutex::FairMutexGuard;
use super::pool::PooledConnection;

/// The depth of a call that is inside of no other.
pub(super) const OUTERMOST: u32 = 1;

/// The depth of the event connection, which no call has.
pub(super) const EVENTS: u32 = 0;

/// A call whose closure this thread is running. It lies in the frame of [`suspend`].
struct SuspendedCall {
    /// The session that it is one of, by address.
    owner: usize,
    /// How many calls it is inside of, itself included.
    depth: u32,
    /// Out while a nested call uses it.
    connection: Cell<Option<NonNull<Connection>>>,
    /// The one that it is inside of.
    outer: Option<NonNull<SuspendedCall>>,
}

thread_local! {
    static INNERMOST: Cell<Option<NonNull<SuspendedCall>>> = const { Cell::new(None) };
}

/// Leaves the line of a call at `depth` for nested ones while `run` runs a closure.
pub(super) fn suspend<R>(owner: usize, depth: u32, connection: &mut Connection, run: impl FnOnce() -> R) -> R {
    let outer = INNERMOST.get();
    let suspended = SuspendedCall { owner, depth, connection: Cell::new(Some(NonNull::from(connection))), outer };
    let _unpark = Resume(outer);
    INNERMOST.set(Some(NonNull::from(&suspended)));
    run()
}

/// Makes another call the innermost one, also after a panic.
struct Resume(Option<NonNull<SuspendedCall>>);

impl Drop for Resume {
    fn drop(&mut self) {
        INNERMOST.set(self.0);
    }
}

/// The line, for the time of a call.
pub(super) enum ConnectionGuard<'t> {
    /// From the queue.
    Turn(FairMutexGuard<'t, Connection>),
    /// From those that the server has a thread for each of.
    Pooled(PooledConnection<'t>),
    /// From a call that this one is made inside of.
    Nested(NestedConnection),
}

/// See [`ConnectionGuard::Nested`]. It is gone when the closure returns that makes the call: a call ends before whoever makes it.
pub(super) struct NestedConnection {
    suspended: NonNull<SuspendedCall>,
    connection: NonNull<Connection>,
}

impl NestedConnection {
    /// The line that a closure on this thread may use, if it is one of `owner`.
    #[inline]
    pub(super) fn find(owner: usize) -> Option<Self> {
        Self::of(owner, INNERMOST.get()?)
    }

    fn of(owner: usize, innermost: NonNull<SuspendedCall>) -> Option<Self> {
        let mut next = Some(innermost);
        while let Some(place) = next {
            // SAFETY: `suspend` has not returned, else another call would be the innermost one.
            let suspended = unsafe { place.as_ref() };
            if suspended.owner == owner {
                return suspended.connection.take().map(|connection| Self { suspended: place, connection });
            }
            next = suspended.outer;
        }
        None
    }

    /// The call that it is made inside of.
    fn suspended(&self) -> &SuspendedCall {
        // SAFETY: `suspend` has not returned: it runs the closure that this is nested in.
        unsafe { self.suspended.as_ref() }
    }

    /// How many calls it is inside of, itself included.
    fn depth(&self) -> u32 {
        self.suspended().depth.saturating_add(1)
    }

    /// Whether it is the event connection.
    pub(super) fn is_for_events(&self) -> bool {
        self.suspended().depth == EVENTS
    }
}

impl Drop for NestedConnection {
    fn drop(&mut self) {
        self.suspended().connection.set(Some(self.connection));
    }
}

impl Deref for NestedConnection {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        // SAFETY: `suspend` has it from a reference, and does not use it meanwhile. It was taken out, so nobody else does.
        unsafe { self.connection.as_ref() }
    }
}

impl DerefMut for NestedConnection {
    fn deref_mut(&mut self) -> &mut Connection {
        // SAFETY: as above.
        unsafe { self.connection.as_mut() }
    }
}

impl ConnectionGuard<'_> {
    /// How many calls the one that it is held for is inside of, itself included.
    pub(super) fn depth(&self) -> u32 {
        match self {
            Self::Turn(_) | Self::Pooled(_) => OUTERMOST,
            Self::Nested(nested) => nested.depth(),
        }
    }
}

impl Deref for ConnectionGuard<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Turn(turn) => turn,
            Self::Pooled(pooled) => &pooled.connection,
            Self::Nested(nested) => nested,
        }
    }
}

impl DerefMut for ConnectionGuard<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        match self {
            Self::Turn(turn) => turn,
            Self::Pooled(pooled) => &mut pooled.connection,
            Self::Nested(nested) => nested,
        }
    }
}
