//! Ending a wait on a lane from another thread.

use std::fmt;

/// Breaks a lane: whoever waits on it gets an error. By default it does nothing, which is for lanes whose other end is
/// a process that is ended instead.
#[derive(Default)]
pub struct Breaker(Option<Box<dyn Fn() + Send + Sync>>);

impl Breaker {
    /// A breaker that does this; `break_lane` must not keep the lane open.
    pub fn new(break_lane: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(break_lane)))
    }

    /// Breaks the lane, unless it is gone already.
    pub fn break_lane(&self) {
        if let Some(break_lane) = &self.0 {
            break_lane();
        }
    }
}

impl fmt::Debug for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Breaker").finish_non_exhaustive()
    }
}
