//! On which processors the two ends run.

use std::time::{Duration, Instant};

use crate::sys;

/// Notices that both ends run on one processor, and parts them.
///
/// Linux likes to run a thread that is woken on the processor of the thread that wakes it. Two ends that slept, because nothing was called
/// for some time, are then on one processor though others are idle. Each exchange takes two changes of threads there, some
/// microseconds, until the system moves one of them after 10 to 30 milliseconds: thousands of calls later.
#[derive(Debug)]
pub(super) struct Placement {
    /// Moves this thread to another processor, and returns whether it could.
    leave: fn() -> bool,
    /// How many waits in a row had both ends on one processor, and did not sleep.
    together: u32,
    /// When this end last tried to leave.
    left: Option<Instant>,
}

/// After how many such waits this end leaves. Moving takes about as long as some of them, so it does not pay for fewer.
const TOGETHER: u32 = 16;

/// The least time between two tries: if other processes use the other processors, the system may be right.
const PAUSE: Duration = Duration::from_millis(100);

impl Placement {
    /// For an end that may leave: only one of the two does, or both might.
    pub(super) fn leaving() -> Self {
        Self { leave: sys::leave_processor, together: 0, left: None }
    }

    /// For an end that stays where it is.
    pub(super) fn staying() -> Self {
        Self { leave: || false, ..Self::leaving() }
    }

    /// Takes account of a wait; returns whether both ends share a processor now.
    pub(super) fn shares_processor(&mut self, shares: bool) -> bool {
        self.together = if shares { self.together + 1 } else { 0 };
        if self.together < TOGETHER {
            return shares;
        }
        self.together = 0;
        if self.left.is_some_and(|left| left.elapsed() < PAUSE) {
            return shares;
        }
        self.left = Some(Instant::now());
        !(self.leave)()
    }

    /// Takes account of a sleep: the next exchanges may be few as well.
    #[cold]
    pub(super) fn slept(&mut self) {
        self.together = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_leaves_after_some_waits_on_one_processor_and_not_soon_again() {
        let mut placement = Placement { leave: || true, ..Placement::leaving() };
        assert!((1..TOGETHER).all(|_| placement.shares_processor(true)));
        assert!(!placement.shares_processor(false), "the other end has been moved");
        assert!((1..TOGETHER).all(|_| placement.shares_processor(true)));
        placement.slept();
        assert!((1..TOGETHER).all(|_| placement.shares_processor(true)));
        assert!(!placement.shares_processor(true), "it leaves");
        assert!((0..10 * TOGETHER).all(|_| placement.shares_processor(true)), "it has just left");
        placement.left = Instant::now().checked_sub(PAUSE);
        assert_eq!((0..TOGETHER).filter(|_| !placement.shares_processor(true)).count(), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_leaves_its_processor_and_may_return() {
        let allowed = || {
            let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
            status.lines().find(|line| line.starts_with("Cpus_allowed:")).unwrap().to_owned()
        };
        let before = allowed();
        // The system may move it back at any moment.
        let leaves = || {
            let processor = sys::processor();
            sys::leave_processor() && sys::processor() != processor
        };
        // Not `available_parallelism`, which is also 1 where several may be used for a part of the time.
        let processors: u32 = before
            .chars()
            .skip("Cpus_allowed:".len())
            .filter_map(|digit| digit.to_digit(16))
            .map(u32::count_ones)
            .sum();
        let has_others = processors > 1;
        assert_eq!((0..100).any(|_| leaves()), has_others);
        assert_eq!(allowed(), before);
    }

    #[test]
    fn an_end_that_cannot_leave_stays() {
        let mut placement = Placement::staying();
        assert!((0..10 * TOGETHER).all(|_| placement.shares_processor(true)));
    }
}
