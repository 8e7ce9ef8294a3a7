//! Measures times: medians and quartiles over several rounds. In each round every case has a turn, so that a disturbance of the
//! machine affects all cases alike.

use std::time::{Duration, Instant};

/// An operation to measure.
pub(crate) struct Case {
    name: String,
    /// Runs the operation the given number of times, and returns how long that took.
    run: Box<dyn FnMut(u32) -> Duration>,
    /// How often the operation runs for one sample.
    repetitions: u32,
    samples: Vec<f64>,
}

/// The times of a case, in nanoseconds per operation.
#[derive(Debug, Clone)]
pub(crate) struct Timing {
    pub(crate) name: String,
    /// Half of all samples are between these.
    pub(crate) quartiles: (f64, f64),
    pub(crate) median: f64,
    pub(crate) minimum: f64,
}

/// The number of rounds, and how long a case is measured in each of them.
const ROUNDS: u32 = 20;
const TURN: Duration = Duration::from_millis(25);

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
        Self { name: name.into(), run: Box::new(run), repetitions: 1, samples: Vec::new() }
    }

    fn warm_up(&mut self) {
        let begin = Instant::now();
        while begin.elapsed() < TURN {
            (self.run)(self.repetitions);
        }
        while self.sample() * f64::from(self.repetitions) < SAMPLE.as_nanos() as f64 {
            self.repetitions *= 2;
        }
    }

    /// Returns the nanoseconds of one operation, averaged over the repetitions.
    fn sample(&mut self) -> f64 {
        (self.run)(self.repetitions).as_nanos() as f64 / f64::from(self.repetitions)
    }

    fn turn(&mut self) {
        let begin = Instant::now();
        loop {
            let sample = self.sample();
            self.samples.push(sample);
            if begin.elapsed() > TURN {
                return;
            }
        }
    }

    fn timing(self) -> Timing {
        let mut samples = self.samples;
        samples.sort_by(f64::total_cmp);
        let quantile = |part: f64| samples[((samples.len() - 1) as f64 * part) as usize];
        Timing {
            name: self.name,
            quartiles: (quantile(0.25), quantile(0.75)),
            median: quantile(0.5),
            minimum: quantile(0.0),
        }
    }
}

/// Measures cases in turns.
pub(crate) fn measure(mut cases: Vec<Case>) -> Vec<Timing> {
    cases.iter_mut().for_each(Case::warm_up);
    for _ in 0..ROUNDS {
        cases.iter_mut().for_each(Case::turn);
    }
    cases.into_iter().map(Case::timing).collect()
}
