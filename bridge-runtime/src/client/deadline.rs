//! Enforcing deadlines. A blocked native call cannot be cancelled, and Windows pipes have no time-outs; so a thread watches, and
//! ends the server, or the connection to a server that this client has not started.
//!
//! There is one thread per connection, from its first call with a deadline on. Such a call costs two atomic stores and a look
//! at the clock: the thread wakes by itself at the deadline that it knows of, and checks whether it still holds.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, Thread};
use std::time::{Duration, Instant};

use super::instance::ServerInstance;
use crate::error::Error;
use crate::sync::{LockExt as _, spawn_named};

/// The thread that enforces the deadlines of a connection's calls.
pub(super) struct DeadlineWatch {
    slot: Arc<Slot>,
    thread: Option<JoinHandle<()>>,
}

/// When a call must be over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(u64);

/// State shared by the calling and the watching thread. One call at a time runs on a connection, so there is one deadline. Times
/// are nanoseconds since `epoch`.
struct Slot {
    epoch: Instant,
    /// [`NEVER`], [`PASSED`], or the deadline of the call that is being made.
    deadline: AtomicU64,
    /// When the watching thread wakes by itself.
    wakes: AtomicU64,
    /// The server that is given up when the deadline passes.
    target: Mutex<Arc<ServerInstance>>,
    stopped: AtomicBool,
}

/// There is no deadline.
const NEVER: u64 = u64::MAX;

/// The deadline has passed, and the server was given up.
const PASSED: u64 = 0;

/// The name of the thread.
const THREAD: &str = "bridge32 deadlines";

impl fmt::Debug for DeadlineWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadlineWatch").finish_non_exhaustive()
    }
}

impl DeadlineWatch {
    /// Starts the thread.
    pub(super) fn start(target: &Arc<ServerInstance>) -> Result<Self, Error> {
        let slot = Arc::new(Slot {
            epoch: Instant::now(),
            deadline: AtomicU64::new(NEVER),
            wakes: AtomicU64::new(NEVER),
            target: Mutex::new(Arc::clone(target)),
            stopped: AtomicBool::new(false),
        });
        let watched = Arc::clone(&slot);
        let thread = spawn_named(THREAD, move || watched.keep_watch()).map_err(Error::thread(THREAD))?;
        Ok(Self { slot, thread: Some(thread) })
    }

    /// Watches calls to another server from now on.
    pub(super) fn set_target(&self, target: &Arc<ServerInstance>) {
        *self.slot.target.lock_unpoisoned() = Arc::clone(target);
    }

    /// Sets the deadline of the call that is about to be sent.
    pub(super) fn arm(&self, limit: Duration) {
        let deadline = self.slot.now().saturating_add(nanoseconds(limit)).clamp(PASSED + 1, NEVER - 1);
        // The store comes before the load here, and in `sleep` as well: whichever thread is second sees the other's store.
        self.slot.deadline.store(deadline, Ordering::SeqCst);
        if self.slot.wakes.load(Ordering::SeqCst) > deadline {
            self.wake();
        }
    }

    /// Takes the deadline back, because the server has replied. `None` if it had passed, and the server was given up.
    pub(super) fn disarm(&self) -> Option<Deadline> {
        match self.slot.deadline.swap(NEVER, Ordering::SeqCst) {
            PASSED => None,
            deadline => Some(Deadline(deadline)),
        }
    }

    /// Returns the time left until a deadline that was taken back.
    pub(super) fn left(&self, Deadline(deadline): Deadline) -> Duration {
        Duration::from_nanos(deadline.saturating_sub(self.slot.now()))
    }

    fn wake(&self) {
        self.thread.as_ref().map(JoinHandle::thread).map(Thread::unpark);
    }
}

impl Drop for DeadlineWatch {
    fn drop(&mut self) {
        self.slot.stopped.store(true, Ordering::SeqCst);
        self.wake();
        if let Some(thread) = self.thread.take() {
            // It returns nothing, and does not panic.
            let _ = thread.join();
        }
    }
}

impl Slot {
    fn now(&self) -> u64 {
        nanoseconds(self.epoch.elapsed())
    }

    fn keep_watch(&self) {
        while !self.stopped.load(Ordering::SeqCst) {
            let deadline = self.deadline.load(Ordering::SeqCst);
            if deadline == NEVER || deadline == PASSED {
                self.sleep(NEVER, None);
                continue;
            }
            match deadline.checked_sub(self.now()) {
                Some(left @ 1..) => self.sleep(deadline, Some(Duration::from_nanos(left))),
                _ => self.pass(deadline),
            }
        }
    }

    /// Sleeps until `wakes`, unless an earlier deadline has been set meanwhile.
    fn sleep(&self, wakes: u64, duration: Option<Duration>) {
        self.wakes.store(wakes, Ordering::SeqCst);
        let deadline = self.deadline.load(Ordering::SeqCst);
        if deadline != PASSED && deadline < wakes {
            return;
        }
        match duration {
            Some(duration) => std::thread::park_timeout(duration),
            None => std::thread::park(),
        }
    }

    /// Gives up the server, if the call with this deadline is still running. The target is read first: if another server had taken
    /// its place meanwhile, the deadline would be another one, too.
    fn pass(&self, deadline: u64) {
        let target = Arc::clone(&self.target.lock_unpoisoned());
        if self.deadline.compare_exchange(deadline, PASSED, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            target.give_up();
        }
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(NEVER)
}
