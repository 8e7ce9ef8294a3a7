//! Whether and when a server is started again after a failure.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Whether a server is started again after it has died, has missed a deadline, or has sent what cannot be understood.
///
/// The call that failed is never repeated, because the library may have executed it. It fails in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Restart {
    /// Never: every later call fails with what happened.
    #[default]
    Never,
    /// The next call starts the server again, and is made on the new one.
    OnFailure {
        /// The number of restarts `within` that time, at most; after that, calls fail with what happened.
        max: u32,
        /// The time that `max` is about.
        within: Duration,
        /// The pause between a failure and the restart. It doubles with each further restart `within` the time.
        backoff: Duration,
    },
}

/// The restarts so far that still count.
#[derive(Debug)]
pub(super) struct History {
    restart: Restart,
    restarts: VecDeque<Instant>,
}

impl History {
    pub(super) fn new(restart: Restart) -> Self {
        Self { restart, restarts: VecDeque::new() }
    }

    /// Records a restart after a failure at `failed`, and returns how long to wait before it; `None` if it is not allowed.
    pub(super) fn next(&mut self, failed: Instant, now: Instant) -> Option<Duration> {
        let Restart::OnFailure { max, within, backoff } = self.restart else { return None };
        while self.restarts.front().is_some_and(|restart| now.duration_since(*restart) > within) {
            self.restarts.pop_front();
        }
        let count = u32::try_from(self.restarts.len()).unwrap_or(u32::MAX);
        if count >= max {
            return None;
        }
        self.restarts.push_back(now);
        let pause = backoff.saturating_mul(2u32.saturating_pow(count));
        Some(pause.saturating_sub(now.duration_since(failed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn never_is_never() {
        let now = Instant::now();
        assert_eq!(History::new(Restart::default()).next(now, now), None);
    }

    #[test]
    fn pauses_double_and_end_with_the_limit() {
        let start = Instant::now();
        let mut history = History::new(Restart::OnFailure { max: 3, within: 60 * SECOND, backoff: SECOND });
        assert_eq!(history.next(start, start), Some(SECOND));
        assert_eq!(history.next(start, start), Some(2 * SECOND));
        // The failure is longer ago than the pause.
        assert_eq!(history.next(start, start + 10 * SECOND), Some(Duration::ZERO));
        assert_eq!(history.next(start, start + 20 * SECOND), None);
        // The first two no longer count.
        let later = start + 61 * SECOND;
        assert_eq!(history.next(later, later), Some(2 * SECOND));
    }
}
