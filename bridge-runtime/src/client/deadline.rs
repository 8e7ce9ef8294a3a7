//! Enforcing deadlines. A blocked native call cannot be cancelled, and reads from Windows pipes have no time-out. So a thread
//! watches the clock, and kills the server, or disconnects from a server that this client has not started.
//!
//! Each connection with deadlines has one such thread. A call costs two atomic stores and one reading of the clock, and does not
//! wake the thread: it wakes at the earliest deadline that it knows of, and then checks whether that is still armed.

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
    state: Arc<WatchState>,
    thread: Option<JoinHandle<()>>,
}

/// The time by which a call must have returned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(u64);

/// State shared by the calling and the watching thread. A connection runs one call at a time, so there is one deadline. Times
/// are nanoseconds since `epoch`.
struct WatchState {
    epoch: Instant,
    /// [`NEVER`], [`PASSED`], or the deadline of the call that is being made.
    deadline: AtomicU64,
    /// When the watching thread wakes, unless it is woken earlier.
    wakes: AtomicU64,
    /// The server to kill or disconnect when the deadline passes.
    target: Mutex<Arc<ServerInstance>>,
    stopped: AtomicBool,
}

/// No deadline is armed.
const NEVER: u64 = u64::MAX;

/// The deadline has passed, and the server was killed or disconnected.
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
        let state = Arc::new(WatchState {
            epoch: Instant::now(),
            deadline: AtomicU64::new(NEVER),
            wakes: AtomicU64::new(NEVER),
            target: Mutex::new(Arc::clone(target)),
            stopped: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        let thread = spawn_named(THREAD, move || shared.keep_watch()).map_err(Error::thread(THREAD))?;
        Ok(Self { state, thread: Some(thread) })
    }

    /// Watches calls to another server from now on.
    pub(super) fn set_target(&self, target: &Arc<ServerInstance>) {
        *self.state.target.lock_unpoisoned() = Arc::clone(target);
    }

    /// Sets the deadline of the call that is about to be sent.
    pub(super) fn arm(&self, limit: Duration) {
        let deadline = self.state.now().saturating_add(nanoseconds(limit)).clamp(PASSED + 1, NEVER - 1);
        // Both threads store before they load, here and in `sleep`, so at least one of them sees the other's store.
        self.state.deadline.store(deadline, Ordering::SeqCst);
        if self.state.wakes.load(Ordering::SeqCst) > deadline {
            self.wake();
        }
    }

    /// Disarms the deadline, because the server has replied. `None` if the deadline has passed already.
    pub(super) fn disarm(&self) -> Option<Deadline> {
        match self.state.deadline.swap(NEVER, Ordering::SeqCst) {
            PASSED => None,
            deadline => Some(Deadline(deadline)),
        }
    }

    /// Returns the time left until a deadline that was disarmed.
    pub(super) fn left(&self, Deadline(deadline): Deadline) -> Duration {
        Duration::from_nanos(deadline.saturating_sub(self.state.now()))
    }

    fn wake(&self) {
        self.thread.as_ref().map(JoinHandle::thread).map(Thread::unpark);
    }
}

impl Drop for DeadlineWatch {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        self.wake();
        if let Some(thread) = self.thread.take() {
            // The thread returns no value and does not panic.
            let _ = thread.join();
        }
    }
}

impl WatchState {
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

    /// Kills or disconnects the server, if the call with this deadline is still running. The target is read first: a restart
    /// in between changes the deadline, too, so that the comparison fails.
    fn pass(&self, deadline: u64) {
        let target = Arc::clone(&self.target.lock_unpoisoned());
        if self.deadline.compare_exchange(deadline, PASSED, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            target.force_end();
        }
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(NEVER)
}
