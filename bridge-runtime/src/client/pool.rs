//! The lanes of a session whose server has a thread for each: taken out for a call, and put back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::generation::Generation;
use super::line::{Line, State};

/// Lanes that nobody uses; none any more once the session is shut down.
#[derive(Debug)]
pub(super) struct Pool(Mutex<Option<Vec<Line>>>);

impl Pool {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }

    /// A lane to the server that is current; those to others are of no use.
    pub(super) fn take(&self, current: &Arc<Generation>) -> Option<Pooled<'_>> {
        if current.has_ended() {
            return None;
        }
        loop {
            let line = self.lines().as_mut()?.pop()?;
            if Arc::ptr_eq(&line.generation, current) {
                return Some(Pooled { pool: self, line });
            }
        }
    }

    /// A lane that was opened.
    pub(super) fn lend(&self, line: Line) -> Pooled<'_> {
        Pooled { pool: self, line }
    }

    /// Drops all lanes, and takes none back.
    pub(super) fn close(&self) {
        let lines = self.lines().take();
        drop(lines);
    }

    fn lines(&self) -> MutexGuard<'_, Option<Vec<Line>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lane for the time of a call.
#[derive(Debug)]
pub(super) struct Pooled<'p> {
    pool: &'p Pool,
    pub(super) line: Line,
}

impl Drop for Pooled<'_> {
    fn drop(&mut self) {
        if matches!(self.line.state, State::Open(_)) {
            let line = self.line.take();
            if let Some(lines) = self.pool.lines().as_mut() {
                lines.push(line);
            }
        }
    }
}
