//! The line of a call whose closure is running: the closure's own calls are made on it, from inside of that call. So are
//! those of a closure that the server runs between calls, on the lane for events.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

use super::line::Line;
use super::pool::Pooled;
use super::turns::Turn;

/// The depth of a call that is inside of no other.
pub(super) const OUTERMOST: u32 = 1;

/// A call whose closure this thread is running.
struct Parked {
    /// The session that it is one of, by address.
    owner: usize,
    /// How many calls it is inside of, itself included.
    depth: u32,
    /// Out while a nested call uses it.
    line: Option<Line>,
}

/// The depth of the lane for events, which no call has.
pub(super) const EVENTS: u32 = 0;

thread_local! {
    /// The innermost call is the last.
    static PARKED: RefCell<Vec<Parked>> = const { RefCell::new(Vec::new()) };
}

/// Leaves the line of a call at `depth` here while `run`, which does not panic, does.
pub(super) fn park<R>(owner: usize, depth: u32, line: &mut Line, run: impl FnOnce() -> R) -> R {
    PARKED.with_borrow_mut(|parked| parked.push(Parked { owner, depth, line: Some(line.lend()) }));
    let result = run();
    if let Some(Parked { line: Some(back), .. }) = PARKED.with_borrow_mut(Vec::pop) {
        *line = back;
    }
    result
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

/// See [`Held::Nested`].
pub(super) struct Nested {
    owner: usize,
    depth: u32,
    line: Line,
}

impl Nested {
    /// The line that a closure on this thread may use, if it is one of `owner`.
    pub(super) fn find(owner: usize) -> Option<Self> {
        PARKED.with_borrow_mut(|parked| {
            let innermost = parked.iter_mut().rev().find(|parked| parked.owner == owner)?;
            let line = innermost.line.take()?;
            Some(Self { owner, depth: innermost.depth.saturating_add(1), line })
        })
    }

    /// Whether it is the lane for events.
    pub(super) fn is_for_events(&self) -> bool {
        self.depth == EVENTS + 1
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        let line = self.line.lend();
        PARKED.with_borrow_mut(|parked| {
            if let Some(parked) = parked.iter_mut().rev().find(|parked| parked.owner == self.owner) {
                parked.line = Some(line);
            }
        });
    }
}

impl Held<'_> {
    /// How many calls the one that it is held for is inside of, itself included.
    pub(super) fn depth(&self) -> u32 {
        match self {
            Self::Turn(_) | Self::Pooled(_) => OUTERMOST,
            Self::Nested(nested) => nested.depth,
        }
    }
}

impl Deref for Held<'_> {
    type Target = Line;

    fn deref(&self) -> &Line {
        match self {
            Self::Turn(turn) => turn,
            Self::Pooled(pooled) => &pooled.line,
            Self::Nested(nested) => &nested.line,
        }
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Line {
        match self {
            Self::Turn(turn) => turn,
            Self::Pooled(pooled) => &mut pooled.line,
            Self::Nested(nested) => &mut nested.line,
        }
    }
}
