//! Times: medians with their spread, of rounds in which all cases take turns, so that what else the machine does
//! befalls them alike.

use std::time::{Duration, Instant};

/// Something that can be done again and again.
pub(crate) struct Case {
    pub(crate) name: String,
    /// Does it so many times, and tells how long that took.
    run: Box<dyn FnMut(u32) -> Duration>,
    /// How often it is done between two looks at the clock.
    batch: u32,
    times: Vec<f64>,
}

/// What a case has taken, in nanoseconds.
#[derive(Debug, Clone)]
pub(crate) struct Time {
    pub(crate) name: String,
    /// Half of all times are between these.
    pub(crate) quartiles: (f64, f64),
    pub(crate) median: f64,
    pub(crate) least: f64,
}

/// Rounds, and how long a case is measured in each.
const ROUNDS: u32 = 20;
const TURN: Duration = Duration::from_millis(25);

/// The time that a batch takes at least: the clock itself costs some 30 ns.
const BATCH: Duration = Duration::from_micros(20);

impl Case {
    pub(crate) fn new(name: impl Into<String>, mut run: impl FnMut() + 'static) -> Self {
        Self::batch(name, move |count| (0..count).for_each(|_| run()))
    }

    /// As [`Case::new`], for what is done so many times at once.
    pub(crate) fn batch(name: impl Into<String>, mut run: impl FnMut(u32) + 'static) -> Self {
        Self::told(name, move |count| {
            let begin = Instant::now();
            run(count);
            begin.elapsed()
        })
    }

    /// As [`Case::new`], for what tells itself which part of its time counts.
    pub(crate) fn timed(name: impl Into<String>, mut run: impl FnMut() -> Duration + 'static) -> Self {
        Self::told(name, move |count| (0..count).map(|_| run()).sum())
    }

    /// As [`Case::batch`], for what tells its time itself.
    pub(crate) fn told(name: impl Into<String>, run: impl FnMut(u32) -> Duration + 'static) -> Self {
        Self { name: name.into(), run: Box::new(run), batch: 1, times: Vec::new() }
    }

    fn warm_up(&mut self) {
        let begin = Instant::now();
        while begin.elapsed() < TURN {
            (self.run)(self.batch);
        }
        while self.sample() * f64::from(self.batch) < BATCH.as_nanos() as f64 {
            self.batch *= 2;
        }
    }

    /// The time of one, from a batch.
    fn sample(&mut self) -> f64 {
        (self.run)(self.batch).as_nanos() as f64 / f64::from(self.batch)
    }

    fn turn(&mut self) {
        let begin = Instant::now();
        loop {
            let time = self.sample();
            self.times.push(time);
            if begin.elapsed() > TURN {
                return;
            }
        }
    }

    fn time(self) -> Time {
        let mut times = self.times;
        times.sort_by(f64::total_cmp);
        let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
        Time { name: self.name, quartiles: (at(0.25), at(0.75)), median: at(0.5), least: at(0.0) }
    }
}

/// Measures cases, in turns.
pub(crate) fn measure(mut cases: Vec<Case>) -> Vec<Time> {
    cases.iter_mut().for_each(Case::warm_up);
    for _ in 0..ROUNDS {
        cases.iter_mut().for_each(Case::turn);
    }
    cases.into_iter().map(Case::time).collect()
}
