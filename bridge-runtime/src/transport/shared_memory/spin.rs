//! How long to poll before sleeping.

use std::hint::spin_loop;
use std::sync::LazyLock;
use std::thread::{available_parallelism, yield_now};
use std::time::{Duration, Instant};

/// Polls for as long as it pays, judged by how long the last waits have taken.
///
/// After polling in vain, the next waits sleep at once: ever more of them, and the poll after them lasts ever longer, so that
/// polling never costs more than a twentieth of the sleeping. The polls get longer because systems like to run a thread that
/// is woken through a pipe on the core of the thread that wakes it. Two ends that sleep then share one core, and it takes some
/// milliseconds of both being awake until one of them is moved to another. While they share a core, the poll yields it between
/// looks: otherwise the other end could not do what this one waits for.
#[derive(Debug)]
pub(super) struct Spin {
    /// Whether the other end can run on another core meanwhile.
    has_other_core: fn() -> bool,
    /// How many of the next waits sleep at once.
    sleeps_left: u32,
    /// How many waits sleep at once after the next poll in vain.
    next_sleeps: u32,
    /// How long the next poll may last.
    limit: Duration,
}

/// The usual limit of a poll: about what it costs to sleep and to be woken.
const USUAL: Duration = Duration::from_micros(25);

/// What each sleep without a poll adds to the limit of the next poll: a twentieth of the shortest sleep.
const PER_SLEEP: Duration = Duration::from_nanos(250);

/// A sleep shorter than this might have been avoided by polling. Most of it is the wake-up, which is slowest under Wine.
const SHORT_SLEEP: Duration = Duration::from_millis(1);

/// The largest number of waits that sleep at once.
const MOST_SLEEPS: u32 = 4096;

/// Looks before the core is yielded: about as long as the answer to a short call takes.
const LOOKS: u32 = 32;

impl Spin {
    pub(super) fn new() -> Self {
        Self { has_other_core: has_cores, sleeps_left: 0, next_sleeps: 1, limit: USUAL }
    }

    /// Calls `look` until it finds something, or until sleeping is better: then `sleep` finds it.
    #[inline]
    pub(super) fn find<T, E>(
        &mut self,
        mut look: impl FnMut() -> Option<T>,
        sleep: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        if let Some(found) = look() {
            return Ok(found);
        }
        if !(self.has_other_core)() {
            return sleep();
        }
        if self.sleeps_left > 0 {
            return self.sleep_at_once(sleep);
        }
        if let Some(found) = poll(self.limit, &mut look) {
            self.next_sleeps = (self.next_sleeps / 2).max(1);
            self.limit = USUAL;
            return Ok(found);
        }
        self.sleeps_left = self.next_sleeps;
        self.limit = USUAL.max(PER_SLEEP * self.sleeps_left);
        self.next_sleeps = (self.next_sleeps * 4).min(MOST_SLEEPS);
        sleep()
    }

    /// Sleeps. Only short sleeps bring the next poll nearer.
    #[cold]
    fn sleep_at_once<T, E>(&mut self, sleep: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let begin = Instant::now();
        let found = sleep();
        if begin.elapsed() < SHORT_SLEEP {
            self.sleeps_left -= 1;
        }
        found
    }
}

/// Whether this process may use several cores. Linux reads several files for the answer, so it is asked once, and not before
/// the first wait.
fn has_cores() -> bool {
    static HAS_CORES: LazyLock<bool> = LazyLock::new(|| available_parallelism().is_ok_and(|cores| cores.get() > 1));
    *HAS_CORES
}

/// Calls `look` until it finds something, or until the limit has passed. The first looks do not read the clock.
fn poll<T>(limit: Duration, look: &mut impl FnMut() -> Option<T>) -> Option<T> {
    let mut begin = None;
    loop {
        for _ in 0..LOOKS {
            if let Some(found) = look() {
                return Some(found);
            }
            spin_loop();
        }
        if begin.get_or_insert_with(Instant::now).elapsed() > limit {
            return None;
        }
        yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits for what the look with this number finds; returns whether the wait slept.
    fn slept(spin: &mut Spin, looks: u32, sleep: Duration) -> bool {
        let mut left = looks;
        let look = || {
            left = left.saturating_sub(1);
            (left == 0).then_some(false)
        };
        let asleep = || {
            std::thread::sleep(sleep);
            Ok::<_, ()>(true)
        };
        spin.find(look, asleep).unwrap()
    }

    const NEVER: u32 = u32::MAX;

    fn fresh() -> Spin {
        Spin { has_other_core: || true, sleeps_left: 0, next_sleeps: 1, limit: USUAL }
    }

    #[test]
    fn what_comes_soon_is_polled_for() {
        let mut spin = fresh();
        for _ in 0..10 {
            assert!(!slept(&mut spin, 10, Duration::ZERO));
        }
    }

    #[test]
    fn polling_in_vain_becomes_rare_and_a_success_makes_it_usual_again() {
        let mut spin = fresh();
        let polled = |spin: &mut Spin| {
            let is_polled = spin.sleeps_left == 0;
            assert!(slept(spin, NEVER, Duration::ZERO));
            is_polled
        };
        assert_eq!((0..2000).filter(|_| polled(&mut spin)).count(), 7, "polls after 1, 4, 16, 64, 256 and 1024 sleeps");
        assert_eq!((spin.sleeps_left + spin.next_sleeps > MOST_SLEEPS, spin.limit), (true, PER_SLEEP * MOST_SLEEPS));
        while spin.sleeps_left > 0 {
            polled(&mut spin);
        }
        for _ in 0..20 {
            assert!(!slept(&mut spin, 10, Duration::ZERO));
        }
        assert!(polled(&mut spin) && !polled(&mut spin) && polled(&mut spin));
    }

    #[test]
    fn long_waits_sleep() {
        let mut spin = fresh();
        slept(&mut spin, NEVER, Duration::ZERO);
        for _ in 0..5 {
            assert!(spin.sleeps_left > 0 && slept(&mut spin, 10, 2 * SHORT_SLEEP));
        }
    }

    #[test]
    fn a_single_core_is_left_to_the_other_end() {
        let mut spin = Spin { has_other_core: || false, ..fresh() };
        assert!(slept(&mut spin, 2, Duration::ZERO), "one look, then sleep");
    }
}
