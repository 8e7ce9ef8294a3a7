//! How long to look before falling asleep.

use std::hint::spin_loop;
use std::sync::LazyLock;
use std::thread::{available_parallelism, yield_now};
use std::time::{Duration, Instant};

/// Looking again and again for as long as it pays, which is told by what the last waits have taken.
///
/// Where it did not pay it is tried ever less often, and then for ever longer, so that it never costs more than a
/// twentieth of what sleeping does. Longer, because systems let whoever is woken through a pipe run on the core of whoever
/// wakes it: two sides that sleep share one core, and it takes some milliseconds of both being awake until one of them is
/// given another. For as long as they share one, it is given away between the looks, else the other side could do nothing
/// while it is looked for.
#[derive(Debug)]
pub(super) struct Spin {
    /// Whether there is a core for the other side meanwhile.
    is_of_use: fn() -> bool,
    /// How many of the next waits are slept through at once.
    rest: u32,
    /// How many that will be, the next time that looking was in vain.
    next_rest: u32,
    /// How long the next wait may be spent looking.
    limit: Duration,
}

/// How long looking is of use: about what it costs to sleep and to be woken.
const USUAL: Duration = Duration::from_micros(25);

/// What a sleep that was not tried to be avoided adds to the next trial: a twentieth of the shortest.
const PER_SLEEP: Duration = Duration::from_nanos(250);

/// A sleep that was so short might not have been needed; being woken is most of it, and takes longest under Wine.
const SHORT_SLEEP: Duration = Duration::from_millis(1);

/// The longest rest.
const LONGEST_REST: u32 = 4096;

/// Looks before the core is given away to whoever else wants it: for about as long as the answer of a short call takes.
const LOOKS: u32 = 32;

impl Spin {
    pub(super) fn new() -> Self {
        Self { is_of_use: has_cores, rest: 0, next_rest: 1, limit: USUAL }
    }

    /// Looks until it has found something, or until sleeping is better: then `sleep` looks further.
    pub(super) fn find<T, E>(
        &mut self,
        mut look: impl FnMut() -> Option<T>,
        sleep: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        if let Some(found) = look() {
            return Ok(found);
        }
        if !(self.is_of_use)() {
            return sleep();
        }
        if self.rest > 0 {
            return self.rest_asleep(sleep);
        }
        if let Some(found) = spin(self.limit, &mut look) {
            self.next_rest = (self.next_rest / 2).max(1);
            self.limit = USUAL;
            return Ok(found);
        }
        self.rest = self.next_rest;
        self.limit = USUAL.max(PER_SLEEP * self.rest);
        self.next_rest = (self.next_rest * 4).min(LONGEST_REST);
        sleep()
    }

    /// Sleeps; long sleeps are no reason to look the next time.
    #[cold]
    fn rest_asleep<T, E>(&mut self, sleep: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let begin = Instant::now();
        let found = sleep();
        if begin.elapsed() < SHORT_SLEEP {
            self.rest -= 1;
        }
        found
    }
}

/// Whether this process may use several cores. Linux has several files to be read for that: it is done once, and not
/// before there is something to wait for.
fn has_cores() -> bool {
    static CORES: LazyLock<bool> = LazyLock::new(|| available_parallelism().is_ok_and(|cores| cores.get() > 1));
    *CORES
}

/// Looks until it has found something, for a while. What comes at once costs no look at the clock.
fn spin<T>(limit: Duration, look: &mut impl FnMut() -> Option<T>) -> Option<T> {
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

    /// Waits for what comes after so many looks, if there are so many; whether it slept.
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
        Spin { is_of_use: || true, rest: 0, next_rest: 1, limit: USUAL }
    }

    #[test]
    fn what_comes_soon_is_looked_for() {
        let mut spin = fresh();
        for _ in 0..10 {
            assert!(!slept(&mut spin, 10, Duration::ZERO));
        }
    }

    #[test]
    fn looking_in_vain_is_tried_ever_less_often_and_pays_again_after_a_success() {
        let mut spin = fresh();
        let tried = |spin: &mut Spin| {
            let is_tried = spin.rest == 0;
            assert!(slept(spin, NEVER, Duration::ZERO));
            is_tried
        };
        assert_eq!((0..2000).filter(|_| tried(&mut spin)).count(), 7, "after 1, 4, 16, 64, 256 and 1024 sleeps");
        assert_eq!((spin.rest + spin.next_rest > LONGEST_REST, spin.limit), (true, PER_SLEEP * LONGEST_REST));
        while spin.rest > 0 {
            tried(&mut spin);
        }
        for _ in 0..20 {
            assert!(!slept(&mut spin, 10, Duration::ZERO));
        }
        assert!(tried(&mut spin) && !tried(&mut spin) && tried(&mut spin));
    }

    #[test]
    fn calls_that_take_long_are_slept_through() {
        let mut spin = fresh();
        slept(&mut spin, NEVER, Duration::ZERO);
        for _ in 0..5 {
            assert!(spin.rest > 0 && slept(&mut spin, 10, 2 * SHORT_SLEEP));
        }
    }

    #[test]
    fn one_core_is_left_to_the_other_side() {
        let mut spin = Spin { is_of_use: || false, ..fresh() };
        assert!(slept(&mut spin, 2, Duration::ZERO), "one look, then sleep");
    }
}
