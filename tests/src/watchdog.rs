//! Ends a test that hangs, and says so.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Ends the whole test program if it is not dropped in time.
#[derive(Debug)]
pub struct Watchdog {
    _alive: Sender<()>,
}

/// What a test may take: starting under Wine is slow on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

impl Watchdog {
    /// Begins to watch the test `name`.
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
