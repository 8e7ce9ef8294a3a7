//! Whether, and when, a server that failed gets a successor.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What becomes of a client whose server has died, was ended for a deadline, or sent nonsense.
///
/// The call that it happened to is never repeated: it may have had its effect. It gets its error in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Restart {
    /// Every later call says what happened.
    #[default]
    Never,
    /// The next call starts the server again, and is made there.
    OnFailure {
        /// How often at most, `within` this time; after that, calls say what happened.
        max: u32,
        /// The time that `max` counts for.
        within: Duration,
        /// The pause between a failure and the new start. It doubles with each further one `within` the time.
        backoff: Duration,
    },
}

/// The restarts so far, as far as they count.
#[derive(Debug)]
pub(super) struct History {
    restart: Restart,
    restarts: VecDeque<Instant>,
}

impl History {
    pub(super) fn new(restart: Restart) -> Self {
        Self { restart, restarts: VecDeque::new() }
    }

    /// Takes note of a restart after a failure at `failed`, and says how long to wait before it; `None` if there is to
    /// be none.
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
        // A failure that lies longer back than the pause needs no further one.
        assert_eq!(history.next(start, start + 10 * SECOND), Some(Duration::ZERO));
        assert_eq!(history.next(start, start + 20 * SECOND), None);
        // The first two no longer count.
        let later = start + 61 * SECOND;
        assert_eq!(history.next(later, later), Some(2 * SECOND));
    }
}
