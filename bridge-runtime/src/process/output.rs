//! Reading the output of the server and its library.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::sync::{LockExt as _, spawn_named};
use crate::sys::{Pipe, ReadStop};
use crate::trace::Lines;

/// Where the output of the server and its library goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Output {
    /// Read it, and keep the last 64 KiB for errors and for [`ServerExit`](crate::ServerExit).
    #[default]
    Capture,
    /// Let the server inherit this program's standard output and standard error.
    Inherit,
}

/// The number of bytes that are kept of each output.
const TAIL_CAPACITY: usize = 64 << 10;

/// The interval at which the threads are polled for their end.
const POLL_INTERVAL: Duration = Duration::from_millis(1);

/// The longest such interval, for a read that the system does not cancel.
const MAX_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The last [`TAIL_CAPACITY`] bytes of one output.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tail(Arc<Mutex<VecDeque<u8>>>);

impl Tail {
    pub(crate) fn text(&self) -> String {
        let bytes: Vec<u8> = self.0.lock_unpoisoned().iter().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock_unpoisoned();
        kept.extend(bytes);
        let excess = kept.len().saturating_sub(TAIL_CAPACITY);
        kept.drain(..excess);
    }
}

/// The threads that read a process's outputs. Without them, the process would block once a pipe is full.
#[derive(Debug)]
pub(crate) struct OutputReaders {
    threads: Vec<JoinHandle<()>>,
    stop: ReadStop,
}

impl OutputReaders {
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self { threads: Vec::new(), stop: ReadStop::new()? })
    }

    /// Starts a thread that reads one output until its end.
    pub(crate) fn add(&mut self, output: impl Pipe, tail: Tail, lines: Lines) -> std::io::Result<()> {
        let output = self.stop.reader(output)?;
        self.threads.push(spawn_named("bridge32 output", move || drain(output, &tail, lines))?);
        Ok(())
    }

    /// Waits until all outputs have ended, for `patience` at most.
    pub(crate) fn wait(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        while !self.have_finished() && Instant::now() < deadline {
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    /// Stops reading. If another process still holds an output open, its writes fail from then on.
    pub(crate) fn stop(mut self) {
        let mut pause = POLL_INTERVAL;
        while !self.have_finished() {
            self.stop.stop();
            std::thread::sleep(pause);
            pause = (2 * pause).min(MAX_POLL_INTERVAL);
        }
    }

    fn have_finished(&self) -> bool {
        self.threads.iter().all(JoinHandle::is_finished)
    }
}

fn drain(mut output: impl Read, tail: &Tail, mut lines: Lines) {
    let mut buffer = [0; 4096];
    // An error is treated as the end: nothing depends on the output, and the exit status is reported separately.
    while let Ok(count @ 1..) = output.read(&mut buffer) {
        tail.push(&buffer[..count]);
        lines.push(&buffer[..count]);
    }
    lines.finish();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Reporter;

    #[test]
    fn the_end_is_kept_and_bounded() {
        let tail = Tail::default();
        let text = "x".repeat(3 * TAIL_CAPACITY) + "end";
        drain(std::io::Cursor::new(text), &tail, Reporter::new().lines("stdout"));
        assert_eq!(tail.text().len(), TAIL_CAPACITY);
        assert!(tail.text().ends_with("xend"));
    }
}
