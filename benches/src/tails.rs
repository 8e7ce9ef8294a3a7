//! How long the slowest of many calls take.

use std::fmt::Write as _;
use std::time::Instant;

use bridge32::Transport;

use crate::bridge::{self, SHARED_MEMORY};
use crate::exchange::Exchange;
use crate::format::duration;
use crate::measure::quantile;
use crate::result::Result;
use crate::tables::EXCHANGE;

/// The title of the table.
pub(crate) const TITLE: &str = "each of 1 000 000 calls `add(1, 2)`";

/// Turns of each case, and calls in each turn.
const TURNS: u32 = 10;
const CALLS: u32 = 100_000;

/// Measures each call by itself, and returns the table.
pub(crate) fn measure() -> Result<String> {
    let mut exchange = Exchange::start(0)?;
    let client = bridge::launch(Transport::SharedMemory)?;
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..TURNS {
        times[0].extend(turn(|| exchange.add()));
        times[1].extend(turn(|| assert_eq!(client.add(1, 2).expect("the server is running"), 3)));
    }
    let mut text = format!("| {TITLE} | median | p99 | p99.9 | p99.99 |\n|---|---|---|---|---|\n");
    for (name, times) in [EXCHANGE, SHARED_MEMORY].into_iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        let [median, p99, p999, p9999] = [0.5, 0.99, 0.999, 0.9999].map(|part| duration(quantile(times, part)));
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {name} | {median} | {p99} | {p999} | {p9999} |");
    }
    Ok(text + "\n")
}

/// Returns the nanoseconds of each call. Those of the clock are part of them.
fn turn(mut call: impl FnMut()) -> Vec<f64> {
    // The other side may have to be woken first.
    call();
    let time = |_| {
        let begin = Instant::now();
        call();
        begin.elapsed().as_nanos() as f64
    };
    (0..CALLS).map(time).collect()
}
