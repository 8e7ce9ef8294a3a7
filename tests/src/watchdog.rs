//! Aborts a test that hangs.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Aborts the test program unless it is dropped in time.
#[derive(Debug)]
pub struct Watchdog {
    _alive: Sender<()>,
}

/// The longest time of a test: on a busy machine, starting under Wine is slow, and the faults at every byte take two minutes.
const PATIENCE: Duration = Duration::from_secs(240);

impl Watchdog {
    /// Starts to watch the test `name`.
    pub fn new(name: &'static str) -> Self {
        let (alive, watched) = channel();
        std::thread::spawn(move || {
            if let Err(RecvTimeoutError::Timeout) = watched.recv_timeout(PATIENCE) {
                eprintln!("the test {name} hangs");
                std::process::abort();
            }
        });
        Self { _alive: alive }
    }
}
