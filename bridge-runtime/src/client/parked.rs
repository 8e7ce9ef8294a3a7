//! The line of a call whose closure is running: the closure's own calls are made on it, from inside of that call. So are
//! those of a closure that the server runs between calls, on the lane for events.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use super::line::Line;
use super::pool::Pooled;
use super::turns::Turn;

/// The depth of a call that is inside of no other.
pub(super) const OUTERMOST: u32 = 1;

/// The depth of the lane for events, which no call has.
pub(super) const EVENTS: u32 = 0;

/// A call whose closure this thread is running. It lies in the frame of [`park`].
struct Parked {
    /// The session that it is one of, by address.
    owner: usize,
    /// How many calls it is inside of, itself included.
    depth: u32,
    /// Out while a nested call uses it.
    line: Cell<Option<NonNull<Line>>>,
    /// The one that it is inside of.
    outer: Option<NonNull<Parked>>,
}

thread_local! {
    static INNERMOST: Cell<Option<NonNull<Parked>>> = const { Cell::new(None) };
}

/// Leaves the line of a call at `depth` for nested ones while `run` runs a closure.
pub(super) fn park<R>(owner: usize, depth: u32, line: &mut Line, run: impl FnOnce() -> R) -> R {
    let outer = INNERMOST.get();
    let parked = Parked { owner, depth, line: Cell::new(Some(NonNull::from(line))), outer };
    let _unpark = Unpark(outer);
    INNERMOST.set(Some(NonNull::from(&parked)));
    run()
}

/// Makes another call the innermost one, also after a panic.
struct Unpark(Option<NonNull<Parked>>);

impl Drop for Unpark {
    fn drop(&mut self) {
        INNERMOST.set(self.0);
    }
}

/// The line, for the time of a call.
pub(super) enum Held<'t> {
    /// From the queue.
    Turn(Turn<'t, Line>),
    /// From those that the server has a thread for each of.
    Pooled(Pooled<'t>),
    /// From a call that this one is made inside of.
    Nested(Nested),
}

/// See [`Held::Nested`]. It is gone when the closure returns that makes the call: a call ends before whoever makes it.
pub(super) struct Nested {
    parked: NonNull<Parked>,
    line: NonNull<Line>,
}

impl Nested {
    /// The line that a closure on this thread may use, if it is one of `owner`.
    #[inline]
    pub(super) fn find(owner: usize) -> Option<Self> {
        Self::of(owner, INNERMOST.get()?)
    }

    fn of(owner: usize, innermost: NonNull<Parked>) -> Option<Self> {
        let mut next = Some(innermost);
        while let Some(place) = next {
            // SAFETY: `park` has not returned, else another call would be the innermost one.
            let parked = unsafe { place.as_ref() };
            if parked.owner == owner {
                return parked.line.take().map(|line| Self { parked: place, line });
            }
            next = parked.outer;
        }
        None
    }

    /// The call that it is made inside of.
    fn parked(&self) -> &Parked {
        // SAFETY: `park` has not returned: it runs the closure that this is nested in.
        unsafe { self.parked.as_ref() }
    }

    /// How many calls it is inside of, itself included.
    fn depth(&self) -> u32 {
        self.parked().depth.saturating_add(1)
    }

    /// Whether it is the lane for events.
    pub(super) fn is_for_events(&self) -> bool {
        self.parked().depth == EVENTS
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        self.parked().line.set(Some(self.line));
    }
}

impl Deref for Nested {
    type Target = Line;

    fn deref(&self) -> &Line {
        // SAFETY: `park` has it from a reference, and does not use it meanwhile. It was taken out, so nobody else does.
        unsafe { self.line.as_ref() }
    }
}

impl DerefMut for Nested {
    fn deref_mut(&mut self) -> &mut Line {
        // SAFETY: as above.
        unsafe { self.line.as_mut() }
    }
}

impl Held<'_> {
    /// How many calls the one that it is held for is inside of, itself included.
    pub(super) fn depth(&self) -> u32 {
        match self {
            Self::Turn(_) | Self::Pooled(_) => OUTERMOST,
            Self::Nested(nested) => nested.depth(),
        }
    }
}

impl Deref for Held<'_> {
    type Target = Line;

    fn deref(&self) -> &Line {
        match self {
            Self::Turn(turn) => turn,
            Self::Pooled(pooled) => &pooled.line,
            Self::Nested(nested) => nested,
        }
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Line {
        match self {
            Self::Turn(turn) => turn,
            Self::Pooled(pooled) => &mut pooled.line,
            Self::Nested(nested) => nested,
        }
    }
}
