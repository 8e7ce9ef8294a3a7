//! How long to poll before sleeping.

use std::hint::spin_loop;
use std::sync::LazyLock;
use std::thread::{available_parallelism, yield_now};
use std::time::{Duration, Instant};

/// Polls for as long as it pays, judged by how long the last waits have taken.
///
/// - A poll lasts about as long as it costs to sleep and to be woken; if the last wait took longer than that, but not long,
///   twice as long as that wait.
/// - A poll in vain followed by a long sleep shows nothing: the other end had nothing to say.
/// - A poll in vain followed by a short sleep shows that polling does not pay. The next waits sleep at once: ever more of them,
///   and the poll after them lasts ever longer, so that polling never costs more than a twentieth of the sleeping. The polls get
///   longer because systems like to run a thread that is woken through a pipe on the core of the thread that wakes it. Two ends
///   that sleep then share one core, and it takes some milliseconds of both being awake until one of them is moved to another.
///
/// While both ends share a core, the poll yields it between looks: otherwise the other end could not do what this one waits for.
#[derive(Debug)]
pub(super) struct Spin {
    /// Whether the other end can run on another core meanwhile.
    has_other_core: fn() -> bool,
    /// The clock.
    now: fn() -> Instant,
    /// How many of the next waits sleep at once.
    sleeps_left: u32,
    /// How many waits sleep at once after the next poll in vain.
    next_sleeps: u32,
    /// How long the next poll may last.
    limit: Duration,
    /// Whether a poll in vain lengthens the next one first: only one poll in a row is tried in vain because of that.
    may_lengthen: bool,
}

/// The usual limit of a poll: about what it costs to sleep and to be woken.
const USUAL: Duration = Duration::from_micros(25);

/// The most that the limit of a poll may be. Waits that take longer than this are dominated by what the other end does, and not by
/// the wake-up.
const LONGEST: Duration = Duration::from_micros(400);

/// What each sleep without a poll adds to the limit of the next poll: a twentieth of the shortest sleep.
const PER_SLEEP: Duration = Duration::from_nanos(250);

/// A sleep shorter than this might have been avoided by polling. Most of it is the wake-up, which is slowest under Wine. A
/// usual poll before each longer sleep takes at most a twentieth of the time.
const SHORT_SLEEP: Duration = Duration::from_micros(500);

/// The largest number of waits that sleep at once.
const MOST_SLEEPS: u32 = 4096;

/// Looks before the clock is read: about as long as the answer to a short call takes.
const LOOKS: u32 = 32;

/// How many rounds of [`LOOKS`] looks are made before the core is yielded even if the other end is on another one: a third process
/// may need it.
const ROUNDS: u32 = 4;

impl Spin {
    pub(super) fn new() -> Self {
        Self {
            has_other_core: has_cores,
            now: Instant::now,
            sleeps_left: 0,
            next_sleeps: 1,
            limit: USUAL,
            may_lengthen: true,
        }
    }

    /// On a machine with several cores, whatever this one has.
    #[cfg(test)]
    pub(super) fn on_several_cores() -> Self {
        Self { has_other_core: || true, ..Self::new() }
    }

    /// Calls `look` until it finds something, or until sleeping is better: then `sleep` finds it. `shares_core` says whether both
    /// ends run on the same core.
    #[inline]
    pub(super) fn find<T, E>(
        &mut self,
        mut look: impl FnMut() -> Option<T>,
        shares_core: impl FnOnce() -> bool,
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
        if let Some(found) = look_several_times(&mut look) {
            self.polled(Duration::ZERO);
            return Ok(found);
        }
        let begin = (self.now)();
        if let Some(found) = self.poll(begin, &mut look, shares_core()) {
            self.polled((self.now)() - begin);
            return Ok(found);
        }
        let asleep = (self.now)();
        let found = sleep();
        let awake = (self.now)();
        self.polled_in_vain(awake - begin, awake - asleep);
        found
    }

    /// Calls `look` until it finds something, or until the limit has passed since `begin`.
    fn poll<T>(&self, begin: Instant, look: &mut impl FnMut() -> Option<T>, shares_core: bool) -> Option<T> {
        let mut rounds = 1;
        loop {
            if shares_core || rounds >= ROUNDS {
                yield_now();
            }
            if let Some(found) = look_several_times(look) {
                return Some(found);
            }
            rounds += 1;
            if (self.now)() - begin > self.limit {
                return None;
            }
        }
    }

    /// Takes account of a wait that ended while polling, after this time.
    fn polled(&mut self, waited: Duration) {
        self.next_sleeps = (self.next_sleeps / 2).max(1);
        self.limit = limit_after(waited).unwrap_or(USUAL);
        self.may_lengthen = true;
    }

    /// Takes account of a wait that ended in a sleep.
    #[cold]
    fn polled_in_vain(&mut self, waited: Duration, slept: Duration) {
        if slept >= SHORT_SLEEP {
            self.limit = USUAL;
            self.may_lengthen = true;
            return;
        }
        match limit_after(waited) {
            // A longer poll would have found it.
            Some(limit) if self.may_lengthen => {
                self.limit = limit;
                self.may_lengthen = false;
            }
            _ => {
                self.sleeps_left = self.next_sleeps;
                self.limit = USUAL.max(PER_SLEEP * self.sleeps_left);
                self.next_sleeps = (self.next_sleeps * 4).min(MOST_SLEEPS);
            }
        }
    }

    /// Sleeps. Only short sleeps bring the next poll nearer.
    #[cold]
    fn sleep_at_once<T, E>(&mut self, sleep: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let begin = (self.now)();
        let found = sleep();
        if (self.now)() - begin < SHORT_SLEEP {
            self.sleeps_left -= 1;
        }
        found
    }
}

/// The limit of the poll after a wait of this length; `None` if the wait was so long that polling would not pay.
fn limit_after(waited: Duration) -> Option<Duration> {
    (waited <= LONGEST).then(|| (2 * waited).clamp(USUAL, LONGEST))
}

/// Whether this process may use several cores. Linux reads several files for the answer, so it is asked once, and not before
/// the first wait.
fn has_cores() -> bool {
    static HAS_CORES: LazyLock<bool> = LazyLock::new(|| available_parallelism().is_ok_and(|cores| cores.get() > 1));
    *HAS_CORES
}

fn look_several_times<T>(look: &mut impl FnMut() -> Option<T>) -> Option<T> {
    for _ in 0..LOOKS {
        if let Some(found) = look() {
            return Some(found);
        }
        spin_loop();
    }
    None
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        static TIME: Cell<Option<Instant>> = const { Cell::new(None) };
    }

    /// A clock that advances by 5 us each time it is read.
    fn now() -> Instant {
        pass(Duration::from_micros(5))
    }

    fn pass(time: Duration) -> Instant {
        let now = TIME.get().unwrap_or_else(Instant::now) + time;
        TIME.set(Some(now));
        now
    }

    /// Waits for what the look with this number finds, or else for a sleep of this length; returns whether the wait slept.
    fn slept(spin: &mut Spin, looks: u32, sleep: Duration) -> bool {
        let mut left = looks;
        let look = || {
            left = left.saturating_sub(1);
            (left == 0).then_some(false)
        };
        let asleep = || {
            pass(sleep);
            Ok::<_, ()>(true)
        };
        spin.find(look, || false, asleep).unwrap()
    }

    const NEVER: u32 = u32::MAX;

    fn fresh() -> Spin {
        Spin { now, ..Spin::on_several_cores() }
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
        assert_eq!(
            (0..2000).filter(|_| polled(&mut spin)).count(),
            8,
            "polls after 0, 0, 1, 4, 16, 64, 256 and 1024 sleeps"
        );
        assert_eq!((spin.sleeps_left + spin.next_sleeps > MOST_SLEEPS, spin.limit), (true, PER_SLEEP * MOST_SLEEPS));
        while spin.sleeps_left > 0 {
            polled(&mut spin);
        }
        for _ in 0..20 {
            assert!(!slept(&mut spin, 10, Duration::ZERO));
        }
        assert!(polled(&mut spin) && polled(&mut spin) && !polled(&mut spin) && polled(&mut spin));
    }

    #[test]
    fn long_waits_sleep() {
        let mut spin = fresh();
        slept(&mut spin, NEVER, Duration::ZERO);
        // The wait was shorter than a longer poll would have been, so that was tried first.
        assert_eq!(spin.sleeps_left, 0);
        slept(&mut spin, NEVER, Duration::ZERO);
        for _ in 0..5 {
            assert!(spin.sleeps_left > 0 && slept(&mut spin, 10, 2 * SHORT_SLEEP));
        }
    }

    #[test]
    fn a_long_sleep_says_nothing_about_the_next_wait() {
        let mut spin = fresh();
        for _ in 0..50 {
            assert!(slept(&mut spin, NEVER, 2 * SHORT_SLEEP));
            assert!(!slept(&mut spin, 10, Duration::ZERO), "the calls after a pause are polled for");
        }
        assert_eq!((spin.sleeps_left, spin.next_sleeps, spin.limit), (0, 1, USUAL));
    }

    #[test]
    fn a_poll_lasts_twice_as_long_as_the_last_wait() {
        let mut spin = fresh();
        spin.polled_in_vain(Duration::from_micros(150), Duration::from_micros(125));
        assert_eq!((spin.sleeps_left, spin.limit), (0, Duration::from_micros(300)));
        spin.polled(Duration::from_micros(120));
        assert_eq!(spin.limit, Duration::from_micros(240));
        spin.polled(Duration::from_micros(350));
        assert_eq!(spin.limit, LONGEST);
        spin.polled(Duration::from_micros(450));
        assert_eq!(spin.limit, USUAL, "waits of this length are not polled for");
        spin.polled(Duration::from_micros(1));
        assert_eq!(spin.limit, USUAL);
        // Nor do they lengthen the poll, but polling did not pay.
        spin.polled_in_vain(Duration::from_micros(450), Duration::from_micros(425));
        assert_eq!((spin.sleeps_left, spin.limit), (1, USUAL));
    }

    /// What a look takes, and what it takes to be woken.
    const LOOK: Duration = Duration::from_nanos(10);
    const WAKE_UP: Duration = Duration::from_micros(50);

    /// A [`Spin`] whose time passes only with looks and sleeps.
    fn simulated() -> Spin {
        Spin { now: || pass(Duration::ZERO), ..fresh() }
    }

    /// Makes this many waits, each for what comes after this time; returns how many of them slept, and all looks.
    fn sleeps_and_looks(spin: &mut Spin, waits: u32, comes_after: Duration) -> (usize, u64) {
        let looks = Cell::new(0);
        let mut sleeps = |_: &u32| {
            let due = pass(Duration::ZERO) + comes_after;
            let look = || {
                looks.set(looks.get() + 1);
                (pass(LOOK) >= due).then_some(false)
            };
            let asleep = || {
                pass(due.saturating_duration_since(pass(Duration::ZERO)) + WAKE_UP);
                Ok::<_, ()>(true)
            };
            spin.find(look, || false, asleep).unwrap()
        };
        let sleeps = (0..waits).filter(&mut sleeps).count();
        (sleeps, looks.get())
    }

    /// The most looks of a poll that has the usual limit: one round of looks may begin just before its end.
    const USUAL_LOOKS: u64 = (USUAL.as_nanos() / LOOK.as_nanos()) as u64 + 4 * LOOKS as u64;

    #[test]
    fn a_burst_after_regular_calls_does_not_sleep() {
        for interval in [1, 5, 100].map(Duration::from_millis) {
            let mut spin = simulated();
            let (sleeps, looks) = sleeps_and_looks(&mut spin, 100, interval);
            assert_eq!(sleeps, 100, "the server sleeps between calls");
            assert!(looks < 100 * USUAL_LOOKS, "{looks} looks between calls every {interval:?}");
            let (sleeps, _) = sleeps_and_looks(&mut spin, 20_000, Duration::from_nanos(300));
            assert_eq!(sleeps, 0, "after calls every {interval:?}");
        }
    }

    #[test]
    fn calls_with_long_arrays_do_not_sleep() {
        for length in [30, 130, 190, 330].map(Duration::from_micros) {
            let (sleeps, _) = sleeps_and_looks(&mut simulated(), 100, length);
            assert!(sleeps <= 1, "{sleeps} sleeps in waits of {length:?}");
        }
    }

    #[test]
    fn long_calls_poll_no_longer_than_usual() {
        let (sleeps, looks) = sleeps_and_looks(&mut simulated(), 100, Duration::from_millis(1));
        assert_eq!(sleeps, 100);
        assert!(looks < 100 * USUAL_LOOKS, "{looks} looks");
        // Shorter ones show that polling does not pay, so it becomes rare.
        let (sleeps, looks) = sleeps_and_looks(&mut simulated(), 100, Duration::from_micros(400));
        assert_eq!(sleeps, 100);
        assert!(looks < 10 * USUAL_LOOKS, "{looks} looks");
    }

    #[test]
    fn an_idle_end_sleeps_once() {
        let (sleeps, looks) = sleeps_and_looks(&mut simulated(), 1, Duration::from_secs(3600));
        assert_eq!(sleeps, 1);
        assert!(looks < USUAL_LOOKS, "{looks} looks");
    }

    #[test]
    fn a_single_core_is_left_to_the_other_end() {
        let mut spin = Spin { has_other_core: || false, ..fresh() };
        assert!(slept(&mut spin, 2, Duration::ZERO), "one look, then sleep");
    }
}
