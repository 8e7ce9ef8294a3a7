//! Who calls next. The server runs one call at a time, so its callers queue, some of them with limited patience.
//!
//! To pass the turn on takes ten times as long as a call: the next thread is asleep, and is woken perhaps on the very core
//! that the server needs. So whoever calls steadily may keep the turn for a while. The others sleep in a queue. The first
//! of them is woken when the turn is over; if it comes too late, it leaves the others a [`STINT`] and then calls for the
//! turn, which nobody else can take any more. So everyone waits for a stint and a call of each thread before it at most.
//!
//! No wake-up is lost: whether the turn is taken and whether somebody wants it is one number, which each side changes in
//! one step. Whoever ends a turn sees the wish and wakes the first, or the first sees that the turn is over; and a thread
//! that becomes the first is woken for that, by the one before it.

use std::cell::UnsafeCell;
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread, ThreadId};
use std::time::{Duration, Instant};

/// What one caller at a time may use.
pub(super) struct FairMutex<T> {
    /// [`FREE`], or some of what stands after it.
    state: AtomicU32,
    queue: Mutex<VecDeque<Thread>>,
    value: UnsafeCell<T>,
}

/// It is nobody's turn, and nobody waits for it.
const FREE: u32 = 0;
/// It is somebody's turn.
const TAKEN: u32 = 1;
/// The first in the queue is to be woken when the turn is over.
const WANTED: u32 = 2;
/// That, and the next turn is its own.
const CALLED: u32 = 4;

/// How long others may go on once the first in the queue has been woken in vain.
const STINT: Duration = Duration::from_micros(100);

/// Looks before a thread queues: they take about as long as a short call.
const LOOKS: u32 = 16;

/// A caller's turn; over when it is dropped.
pub(super) struct FairMutexGuard<'t, T> {
    fair_mutex: &'t FairMutex<T>,
    /// What other threads may do with it is what they may do with this.
    value: PhantomData<&'t mut T>,
}

// SAFETY: as a mutex, it hands the value to one thread at a time: only a `FairMutexGuard` reaches it, and there is one at a time.
unsafe impl<T: Send> Sync for FairMutex<T> {}

impl<T> FairMutex<T> {
    pub(super) fn new(value: T) -> Self {
        Self { state: AtomicU32::new(FREE), queue: Mutex::default(), value: UnsafeCell::new(value) }
    }

    /// Waits for a turn. A panic in somebody's turn, in a `Serialize` of theirs, leaves the value as it was.
    pub(super) fn lock(&self) -> FairMutexGuard<'_, T> {
        loop {
            if let Some(turn) = self.take_at_once().or_else(|| self.wait_long(None)) {
                return turn;
            }
        }
    }

    /// Waits for a turn, for `patience` at most.
    pub(super) fn lock_for(&self, patience: Duration) -> Option<FairMutexGuard<'_, T>> {
        self.take_at_once().or_else(|| self.wait_long(Instant::now().checked_add(patience)))
    }

    /// Takes a turn that nobody has and nobody waits for.
    fn take_at_once(&self) -> Option<FairMutexGuard<'_, T>> {
        let taken = self.state.compare_exchange(FREE, TAKEN, Ordering::Acquire, Ordering::Relaxed);
        taken.is_ok().then(|| self.turn())
    }

    /// To be called by whoever has set [`TAKEN`].
    fn turn(&self) -> FairMutexGuard<'_, T> {
        FairMutexGuard { fair_mutex: self, value: PhantomData }
    }

    /// `None` once `end` has passed, if there is one.
    #[cold]
    fn wait_long(&self, end: Option<Instant>) -> Option<FairMutexGuard<'_, T>> {
        for _ in 0..LOOKS {
            if let Some(turn) = self.take() {
                return Some(turn);
            }
            std::hint::spin_loop();
        }
        let this = thread::current();
        let id = this.id();
        self.queue().push_back(this);
        let turn = self.wait_queued(id, end);
        self.leave(id, turn.is_some());
        turn
    }

    /// Takes a turn that is neither taken nor called for.
    fn take(&self) -> Option<FairMutexGuard<'_, T>> {
        let taken = |state| (state & (TAKEN | CALLED) == 0).then_some(state | TAKEN);
        self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, taken).is_ok().then(|| self.turn())
    }

    fn wait_queued(&self, id: ThreadId, end: Option<Instant>) -> Option<FairMutexGuard<'_, T>> {
        while !self.is_first(id) {
            sleep(end)?;
        }
        if let Some(turn) = self.take_or(WANTED) {
            return Some(turn);
        }
        sleep(end)?;
        if let Some(turn) = self.take_or(FREE) {
            return Some(turn);
        }
        let stint = Instant::now() + STINT;
        while sleep(Some(end.map_or(stint, |end| end.min(stint)))).is_some() {}
        loop {
            if let Some(turn) = self.take_or(CALLED) {
                return Some(turn);
            }
            sleep(end)?;
        }
    }

    /// For the first in the queue: takes the turn, or leaves a wish.
    fn take_or(&self, wish: u32) -> Option<FairMutexGuard<'_, T>> {
        let changed = |state| Some(if state & TAKEN == 0 { TAKEN } else { state | wish });
        let (Ok(before) | Err(before)) = self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, changed);
        (before & TAKEN == 0).then(|| self.turn())
    }

    /// Leaves the queue, with the turn or without it.
    fn leave(&self, id: ThreadId, has_turn: bool) {
        let mut queue = self.queue();
        let was_first = queue.front().is_some_and(|first| first.id() == id);
        queue.retain(|other| other.id() != id);
        if was_first {
            if !has_turn {
                self.state.fetch_and(TAKEN, Ordering::Relaxed);
            }
            queue.front().map(Thread::unpark);
        }
    }

    fn is_first(&self, id: ThreadId) -> bool {
        self.queue().front().is_some_and(|first| first.id() == id)
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Thread>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    fn end_wanted_turn(&self) {
        // That it is called for stays.
        self.state.fetch_and(CALLED, Ordering::Release);
        self.queue().front().map(Thread::unpark);
    }
}

/// Sleeps until it is woken, or for no reason, or until `end`; `None` if that has passed.
fn sleep(end: Option<Instant>) -> Option<()> {
    match end.map(|end| end.saturating_duration_since(Instant::now())) {
        None => thread::park(),
        Some(Duration::ZERO) => return None,
        Some(left) => thread::park_timeout(left),
    }
    Some(())
}

impl<T> fmt::Debug for FairMutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FairMutex").finish_non_exhaustive()
    }
}

impl<T> Deref for FairMutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: this is the only turn, and it is borrowed.
        unsafe { &*self.fair_mutex.value.get() }
    }
}

impl<T> DerefMut for FairMutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this is the only turn, and it is borrowed for changes.
        unsafe { &mut *self.fair_mutex.value.get() }
    }
}

impl<T> Drop for FairMutexGuard<'_, T> {
    fn drop(&mut self) {
        let state = &self.fair_mutex.state;
        if state.compare_exchange(TAKEN, FREE, Ordering::Release, Ordering::Relaxed).is_err() {
            self.fair_mutex.end_wanted_turn();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends_and_turns_are_passed_on() {
        let fair_mutex = FairMutex::new(0);
        let turn = fair_mutex.lock();
        thread::scope(|scope| {
            let impatient = scope.spawn(|| fair_mutex.lock_for(Duration::from_millis(20)).is_none());
            assert!(impatient.join().unwrap());
            assert_eq!(
                (fair_mutex.state.load(Ordering::Relaxed), fair_mutex.queue().len()),
                (TAKEN, 0),
                "it left no trace"
            );
            let patient = scope.spawn(|| fair_mutex.lock_for(Duration::from_secs(60)).map(|mut turn| *turn += 1));
            let last = scope.spawn(|| *fair_mutex.lock() += 1);
            thread::sleep(Duration::from_millis(20));
            drop(turn);
            assert!(patient.join().unwrap().is_some());
            last.join().unwrap();
        });
        assert_eq!(*fair_mutex.lock(), 2);
    }

    #[test]
    fn everyone_gets_a_turn() {
        let fair_mutex = FairMutex::new(0);
        thread::scope(|scope| {
            for limited in [true, false, true, true] {
                let fair_mutex = &fair_mutex;
                scope.spawn(move || {
                    for _ in 0..10_000 {
                        *if limited {
                            fair_mutex.lock_for(Duration::from_secs(60)).unwrap()
                        } else {
                            fair_mutex.lock()
                        } += 1;
                    }
                });
            }
        });
        assert_eq!(*fair_mutex.lock(), 40_000);
    }

    /// Whoever has the turn all the time, but for a moment, keeps nobody from it for long.
    #[test]
    fn a_steady_caller_starves_nobody() {
        let (fair_mutex, waiting) = (FairMutex::new(0), 3);
        thread::scope(|scope| {
            for _ in 0..waiting {
                scope.spawn(|| (0..50).for_each(|_| *fair_mutex.lock() += 1));
            }
            let begin = Instant::now();
            while *fair_mutex.lock() < 50 * waiting {
                assert!(begin.elapsed() < Duration::from_secs(30), "somebody waits for ever");
            }
        });
    }

    /// Those whose patience ends, at any moment, leave the queue to the others.
    #[test]
    fn the_impatient_lose_nobody_s_wake_up() {
        let fair_mutex = FairMutex::new(0u32);
        thread::scope(|scope| {
            for micros in [30, 90, 150, 400] {
                let fair_mutex = &fair_mutex;
                scope.spawn(move || {
                    for _ in 0..2000 {
                        if let Some(mut turn) = fair_mutex.lock_for(Duration::from_micros(micros)) {
                            *turn += 1;
                            thread::yield_now();
                        }
                    }
                });
            }
            for _ in 0..2000 {
                *fair_mutex.lock() += 1;
            }
        });
        assert_eq!((fair_mutex.state.load(Ordering::Relaxed), fair_mutex.queue().len()), (FREE, 0));
    }
}
