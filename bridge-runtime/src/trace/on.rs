//! With the feature.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;
use std::{fmt, io};

use tracing::dispatcher::{self, Dispatch};
use tracing::subscriber::NoSubscriber;
use tracing::{info, warn};

use super::split::Splitter;
use crate::sync::spawn_named;

/// A server has started, and can take calls.
pub(crate) fn started(pid: u32, generation: u32, server: &Path) {
    let server = server.display();
    match generation {
        1 => info!(target: "bridge32::client", pid, generation, %server, "the server has started"),
        _ => info!(target: "bridge32::client", pid, generation, %server, "the server has been started again"),
    }
}

/// A call took too long.
pub(crate) fn deadline_passed(pid: u32, method: &str, after: Duration) {
    warn!(target: "bridge32::client", pid, method, ?after, "a call took too long, and the server was given up");
}

/// Lines that wait for the subscriber at most. With the longest line, this bounds their memory.
const WAITING: usize = 256;

/// Tells of one server, in a thread of its own: a subscriber that is slow must not keep anybody from reading what the
/// server writes, because that would block the library.
pub(crate) struct Reporter {
    /// Whoever listens where the server is started; without one, whoever listens to the whole program later.
    subscriber: Option<Dispatch>,
    waiting: Option<SyncSender<Event>>,
    lost: Arc<AtomicU64>,
}

/// What is told.
enum Event {
    Line { stream: &'static str, text: String },
    Ended { status: String, success: bool },
}

impl fmt::Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reporter").finish_non_exhaustive()
    }
}

impl Reporter {
    /// Tells the subscriber of the calling thread.
    pub(crate) fn new() -> Self {
        let subscriber = dispatcher::get_default(|found| (!found.is::<NoSubscriber>()).then(|| found.clone()));
        Self { subscriber, waiting: None, lost: Arc::default() }
    }

    /// Begins to tell of this process.
    pub(crate) fn begin(&mut self, pid: u32) -> io::Result<()> {
        let (sender, receiver) = sync_channel(WAITING);
        let (subscriber, lost) = (self.subscriber.take(), Arc::clone(&self.lost));
        spawn_named("bridge32 events", move || match subscriber {
            Some(subscriber) => dispatcher::with_default(&subscriber, || tell(pid, &receiver, &lost)),
            None => tell(pid, &receiver, &lost),
        })?;
        self.waiting = Some(sender);
        Ok(())
    }

    /// The lines of one of the server's outputs.
    pub(crate) fn lines(&self, stream: &'static str) -> Lines {
        let (waiting, lost) = (self.waiting.clone(), Arc::clone(&self.lost));
        Lines { stream, splitter: Splitter::default(), waiting, lost }
    }

    /// The process has ended. This may wait for the subscriber; nobody waits for this.
    pub(crate) fn ended(self, status: impl Display, success: bool) {
        if let Some(waiting) = self.waiting {
            // It fails where the subscriber has panicked.
            let _ = waiting.send(Event::Ended { status: status.to_string(), success });
        }
    }
}

/// Tells whatever comes, until nothing more can.
fn tell(pid: u32, waiting: &Receiver<Event>, lost: &AtomicU64) {
    for event in waiting {
        match event {
            Event::Line { stream, text } => info!(target: "bridge32::server", pid, stream, "{text}"),
            Event::Ended { status, success: true } => {
                info!(target: "bridge32::client", pid, status, "the server has ended");
            }
            Event::Ended { status, success: false } => {
                warn!(target: "bridge32::client", pid, status, "the server has ended");
            }
        }
        let lost = lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            warn!(target: "bridge32::server", pid, lost, "lines of the server's were lost; they came too fast");
        }
    }
}

/// What one output says.
pub(crate) struct Lines {
    stream: &'static str,
    splitter: Splitter,
    waiting: Option<SyncSender<Event>>,
    lost: Arc<AtomicU64>,
}

impl Lines {
    /// Takes what came. This never waits: lines that nobody takes in time are counted, and dropped.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let Self { stream, splitter, waiting, lost } = self;
        splitter.push(bytes, |text| offer(stream, text, waiting.as_ref(), lost));
    }

    /// Takes the rest: the last line may have no end.
    pub(crate) fn finish(mut self) {
        let Self { stream, splitter, waiting, lost } = &mut self;
        splitter.finish(|text| offer(stream, text, waiting.as_ref(), lost), false);
    }
}

fn offer(stream: &'static str, text: String, waiting: Option<&SyncSender<Event>>, lost: &AtomicU64) {
    if let Some(Err(TrySendError::Full(_))) = waiting.map(|waiting| waiting.try_send(Event::Line { stream, text })) {
        lost.fetch_add(1, Ordering::Relaxed);
    }
}
