//! The output of the server and its library.

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
    /// Read it, and keep its end for errors and for [`ServerExit`](crate::ServerExit).
    #[default]
    Capture,
    /// Write it to this program's own output.
    Inherit,
}

/// How many bytes are kept of each of the two outputs.
const KEPT: usize = 64 << 10;

/// The pause between looks at whether a thread has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// The longest such pause, for a read that the system does not cancel.
const LOOK_SELDOM: Duration = Duration::from_secs(1);

/// The last [`KEPT`] bytes of one output.
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
        let excess = kept.len().saturating_sub(KEPT);
        kept.drain(..excess);
    }
}

/// The threads that read a process's outputs. An output that nobody reads would block the process.
#[derive(Debug)]
pub(crate) struct Drains {
    threads: Vec<JoinHandle<()>>,
    stop: ReadStop,
}

impl Drains {
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self { threads: Vec::new(), stop: ReadStop::new()? })
    }

    /// Starts reading one output until its end.
    pub(crate) fn add(&mut self, output: impl Pipe, tail: Tail, lines: Lines) -> std::io::Result<()> {
        let output = self.stop.reader(output)?;
        self.threads.push(spawn_named("bridge32 output", move || drain(output, &tail, lines))?);
        Ok(())
    }

    /// Waits until all outputs have ended, for `patience` at most.
    pub(crate) fn wait(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        while !self.have_ended() && Instant::now() < deadline {
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Stops reading. Another process that still holds an output open then gets an error when it writes.
    pub(crate) fn stop(mut self) {
        let mut pause = LOOK_AGAIN;
        while !self.have_ended() {
            self.stop.stop();
            std::thread::sleep(pause);
            pause = (2 * pause).min(LOOK_SELDOM);
        }
    }

    fn have_ended(&self) -> bool {
        self.threads.iter().all(JoinHandle::is_finished)
    }
}

fn drain(mut output: impl Read, tail: &Tail, mut lines: Lines) {
    let mut buffer = [0; 4096];
    // An error ends the output: nobody waits for it, and the server's exit status says more.
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
        let text = "x".repeat(3 * KEPT) + "end";
        drain(std::io::Cursor::new(text), &tail, Reporter::new().lines("stdout"));
        assert_eq!(tail.text().len(), KEPT);
        assert!(tail.text().ends_with("xend"));
    }
}
