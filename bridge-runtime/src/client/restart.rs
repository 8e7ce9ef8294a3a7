//! The restart policy: whether and when a server is started again after a failure.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Whether a server is restarted after it has died, has exceeded a time limit, or has sent an invalid message.
///
/// A server that was ended with [`abort`](crate::Client::abort) is restarted by the same policy. That is not a failure: it
/// does not count towards `max`, and there is no pause. After a shutdown there is no restart.
///
/// The call during which that happened fails in any case. It is never repeated, because the library may have executed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Restart {
    /// The server is not restarted: every later call fails with the error that describes the failure.
    #[default]
    Never,
    /// The next call restarts the server, and runs on the new one.
    OnFailure {
        /// The maximum number of restarts during the time `within`. Beyond it, calls fail as with [`Restart::Never`].
        max: u32,
        /// The length of the time window in which restarts are counted.
        within: Duration,
        /// The pause between the failure and the first restart. It doubles with each restart in the time window.
        backoff: Duration,
    },
}

/// The restarts in the current time window.
#[derive(Debug)]
pub(super) struct History {
    restart: Restart,
    restarts: VecDeque<Instant>,
}

impl History {
    pub(super) fn new(restart: Restart) -> Self {
        Self { restart, restarts: VecDeque::new() }
    }

    /// Records a restart after a failure at `failed`, and returns the pause before it; `None` if the limit is reached.
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

    /// Whether a server is restarted that the program itself has ended with `abort`, which is not a failure: such a restart does
    /// not count, and has no pause.
    pub(super) fn allows_restart_after_abort(&self) -> bool {
        matches!(self.restart, Restart::OnFailure { max: 1.., .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn never_forbids_every_restart() {
        let now = Instant::now();
        assert_eq!(History::new(Restart::default()).next(now, now), None);
        assert!(!History::new(Restart::default()).allows_restart_after_abort());
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
