//! Events for `tracing`.

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

/// Reports that a server has started and can take calls.
pub(crate) fn started(pid: u32, generation: u32, server: &Path) {
    let server = server.display();
    match generation {
        1 => info!(target: "bridge32::client", pid, generation, %server, "the server has started"),
        _ => info!(target: "bridge32::client", pid, generation, %server, "the server has been started again"),
    }
}

/// Reports that a call took too long.
pub(crate) fn deadline_passed(pid: u32, method: &str, after: Duration) {
    warn!(target: "bridge32::client", pid, method, ?after, "a call took too long, and the server was given up");
}

/// How many lines may wait for the subscriber. Together with the longest line this bounds their memory.
const WAITING: usize = 256;

/// Reports one server's output and end on a thread of its own. A slow subscriber must not keep the output from being read,
/// which would block the library.
pub(crate) struct Reporter {
    /// The subscriber of the thread that started the server; without one, the program's global subscriber.
    subscriber: Option<Dispatch>,
    waiting: Option<SyncSender<ServerEvent>>,
    lost: Arc<AtomicU64>,
}

/// What is reported.
enum ServerEvent {
    Line { stream: &'static str, text: String },
    Ended { status: String, success: bool },
}

impl fmt::Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reporter").finish_non_exhaustive()
    }
}

impl Reporter {
    /// Reports to the subscriber of the calling thread.
    pub(crate) fn new() -> Self {
        let subscriber = dispatcher::get_default(|found| (!found.is::<NoSubscriber>()).then(|| found.clone()));
        Self { subscriber, waiting: None, lost: Arc::default() }
    }

    /// Starts the thread that reports this process.
    pub(crate) fn begin(&mut self, pid: u32) -> io::Result<()> {
        let (sender, receiver) = sync_channel(WAITING);
        let (subscriber, lost) = (self.subscriber.take(), Arc::clone(&self.lost));
        spawn_named("bridge32 events", move || match subscriber {
            Some(subscriber) => dispatcher::with_default(&subscriber, || report(pid, &receiver, &lost)),
            None => report(pid, &receiver, &lost),
        })?;
        self.waiting = Some(sender);
        Ok(())
    }

    /// The reporter of one of the server's outputs.
    pub(crate) fn lines(&self, stream: &'static str) -> Lines {
        let (waiting, lost) = (self.waiting.clone(), Arc::clone(&self.lost));
        Lines { stream, splitter: Splitter::default(), waiting, lost }
    }

    /// Reports the end of the process. This may wait for the subscriber; nothing waits for this.
    pub(crate) fn ended(self, status: impl Display, success: bool) {
        if let Some(waiting) = self.waiting {
            // This fails if the subscriber has panicked.
            let _ = waiting.send(ServerEvent::Ended { status: status.to_string(), success });
        }
    }
}

/// Reports events until the channel is closed.
fn report(pid: u32, waiting: &Receiver<ServerEvent>, lost: &AtomicU64) {
    for event in waiting {
        match event {
            ServerEvent::Line { stream, text } => info!(target: "bridge32::server", pid, stream, "{text}"),
            ServerEvent::Ended { status, success: true } => {
                info!(target: "bridge32::client", pid, status, "the server has ended");
            }
            ServerEvent::Ended { status, success: false } => {
                warn!(target: "bridge32::client", pid, status, "the server has ended");
            }
        }
        let lost = lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            warn!(target: "bridge32::server", pid, lost, "lines of the server's were lost; they came too fast");
        }
    }
}

/// Splits one output into lines and reports them.
pub(crate) struct Lines {
    stream: &'static str,
    splitter: Splitter,
    waiting: Option<SyncSender<ServerEvent>>,
    lost: Arc<AtomicU64>,
}

impl Lines {
    /// Takes output. This never waits: lines beyond [`WAITING`] are dropped and counted.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let Self { stream, splitter, waiting, lost } = self;
        splitter.push(bytes, |text| offer(stream, text, waiting.as_ref(), lost));
    }

    /// Reports a last line that has no line end.
    pub(crate) fn finish(mut self) {
        let Self { stream, splitter, waiting, lost } = &mut self;
        splitter.finish(|text| offer(stream, text, waiting.as_ref(), lost), false);
    }
}

fn offer(stream: &'static str, text: String, waiting: Option<&SyncSender<ServerEvent>>, lost: &AtomicU64) {
    if let Some(Err(TrySendError::Full(_))) =
        waiting.map(|waiting| waiting.try_send(ServerEvent::Line { stream, text }))
    {
        lost.fetch_add(1, Ordering::Relaxed);
    }
}
