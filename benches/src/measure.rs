//! Measures times: medians and quartiles over several rounds. In each round every case has a turn, so that a disturbance of the
//! machine affects all cases alike. Cases are compared within each round, because the machine may be slow for minutes.

use std::time::{Duration, Instant};

/// An operation to measure.
pub(crate) struct Case {
    name: String,
    /// Runs the operation the given number of times, and returns how long that took.
    run: Box<dyn FnMut(u32) -> Duration>,
    /// How often the operation runs for one sample.
    repetitions: u32,
    /// The minimum time of one sample.
    shortest: Duration,
    samples: Vec<f64>,
    /// The medians of the rounds so far.
    rounds: Vec<f64>,
}

/// The times of a case, in nanoseconds per operation.
#[derive(Debug, Clone)]
pub(crate) struct Timing {
    pub(crate) name: String,
    /// Half of all samples are between these.
    pub(crate) quartiles: (f64, f64),
    pub(crate) median: f64,
    pub(crate) minimum: f64,
    /// The median of each round.
    rounds: Vec<f64>,
}

impl Timing {
    /// Returns how many times longer this takes than `other`: the median over the rounds.
    pub(crate) fn ratio(&self, other: &Self) -> f64 {
        let mut ratios: Vec<_> = self.rounds.iter().zip(&other.rounds).map(|(this, other)| this / other).collect();
        ratios.sort_by(f64::total_cmp);
        quantile(&ratios, 0.5)
    }
}

/// The number of rounds, and how long a case is measured in each of them.
const ROUNDS: u32 = 10;
const TURN: Duration = Duration::from_millis(100);

/// The minimum time of one sample; reading the clock takes about 30 ns.
const SAMPLE: Duration = Duration::from_micros(20);

impl Case {
    /// A case that is timed from outside.
    pub(crate) fn new(name: impl Into<String>, mut run: impl FnMut() + 'static) -> Self {
        Self::self_timed_batch(name, move |count| {
            let begin = Instant::now();
            (0..count).for_each(|_| run());
            begin.elapsed()
        })
    }

    /// A case that returns its own time, because only a part of what it does counts.
    pub(crate) fn self_timed(name: impl Into<String>, mut run: impl FnMut() -> Duration + 'static) -> Self {
        Self::self_timed_batch(name, move |count| (0..count).map(|_| run()).sum())
    }

    /// A case that runs itself the given number of times, and returns the time of all runs.
    pub(crate) fn self_timed_batch(name: impl Into<String>, run: impl FnMut(u32) -> Duration + 'static) -> Self {
        Self {
            name: name.into(),
            run: Box::new(run),
            repetitions: 1,
            shortest: SAMPLE,
            samples: Vec::new(),
            rounds: Vec::new(),
        }
    }

    /// Runs the operation this many times after a pause. The time is that of the last run.
    pub(crate) fn after_pause(
        name: impl Into<String>,
        pause: Duration,
        count: u32,
        mut run: impl FnMut() + 'static,
    ) -> Self {
        let last_run = move || {
            std::thread::sleep(pause);
            (1..count).for_each(|_| run());
            let begin = Instant::now();
            run();
            begin.elapsed()
        };
        Self::self_timed(name, last_run).singly()
    }

    /// Measures single operations, because each needs a long preparation. The clock's error of 30 ns is then in each sample.
    pub(crate) fn singly(self) -> Self {
        Self { shortest: Duration::ZERO, ..self }
    }

    fn warm_up(&mut self) {
        let begin = Instant::now();
        while begin.elapsed() < TURN {
            (self.run)(self.repetitions);
        }
        if self.shortest.is_zero() {
            return;
        }
        // The shortest of several, because another process may have had the core for a while.
        let shortest = |case: &mut Self| (0..5).map(|_| case.sample()).min_by(f64::total_cmp).unwrap_or_default();
        while shortest(self) * f64::from(self.repetitions) < self.shortest.as_nanos() as f64 {
            self.repetitions *= 2;
        }
    }

    /// Returns the nanoseconds of one operation, averaged over the repetitions.
    fn sample(&mut self) -> f64 {
        (self.run)(self.repetitions).as_nanos() as f64 / f64::from(self.repetitions)
    }

    fn turn(&mut self) {
        let begin = Instant::now();
        let mut samples = Vec::new();
        while samples.is_empty() || begin.elapsed() < TURN {
            samples.push(self.sample());
        }
        samples.sort_by(f64::total_cmp);
        self.rounds.push(quantile(&samples, 0.5));
        self.samples.append(&mut samples);
    }

    fn timing(self) -> Timing {
        let mut samples = self.samples;
        samples.sort_by(f64::total_cmp);
        Timing {
            name: self.name,
            quartiles: (quantile(&samples, 0.25), quantile(&samples, 0.75)),
            median: quantile(&samples, 0.5),
            minimum: quantile(&samples, 0.0),
            rounds: self.rounds,
        }
    }
}

/// Returns a quantile of sorted samples.
pub(crate) fn quantile(sorted: &[f64], part: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * part) as usize]
}

/// Measures cases in turns.
pub(crate) fn measure(mut cases: Vec<Case>) -> Vec<Timing> {
    cases.iter_mut().for_each(Case::warm_up);
    for _ in 0..ROUNDS {
        cases.iter_mut().for_each(Case::turn);
    }
    cases.into_iter().map(Case::timing).collect()
}
