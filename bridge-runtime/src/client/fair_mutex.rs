//! A mutex whose waiters are served in order, some of them with a time limit. The server runs one call at a time, so the
//! threads of a client wait for each other here.
//!
//! Waking a sleeping thread takes ten times as long as a call, and may disturb the core that the server runs on. Handing the
//! mutex over after each call would be slow. So a thread that calls in a loop may lock it many times in a row for a while. The
//! other threads sleep in a queue. The first of them is woken when the mutex is released. If it finds the mutex locked again, it waits
//! for [`UNFAIR_PERIOD`] and then reserves the mutex, so that no other thread can lock it next. A thread therefore waits for at
//! most one such period and one call for each thread ahead of it.
//!
//! No wake-up is lost: a single atomic holds whether the mutex is locked and whether a thread waits for it. Either the releasing
//! thread sees the waiter's flag and wakes the first in the queue, or the first sees that the mutex is free. A thread that
//! becomes the first is woken by the one that leaves the queue.

use std::cell::UnsafeCell;
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread, ThreadId};
use std::time::{Duration, Instant};

/// A mutex that threads lock roughly in the order in which they asked for it.
pub(super) struct FairMutex<T> {
    /// [`FREE`], or a combination of [`LOCKED`], [`WAITING`] and [`RESERVED`].
    state: AtomicU32,
    queue: Mutex<VecDeque<Thread>>,
    value: UnsafeCell<T>,
}

/// The mutex is not locked, and no thread waits for it.
const FREE: u32 = 0;
/// A thread holds the mutex.
const LOCKED: u32 = 1;
/// The first in the queue is to be woken when the mutex is released.
const WAITING: u32 = 2;
/// The first in the queue is to be woken, and no other thread may lock the mutex before it.
const RESERVED: u32 = 4;

/// How long other threads may still lock the mutex after the first in the queue was woken and found it locked.
const UNFAIR_PERIOD: Duration = Duration::from_micros(100);

/// The number of attempts before a thread queues. Together they take about as long as a short call.
const ATTEMPTS: u32 = 16;

/// Exclusive use of the value, until it is dropped.
pub(super) struct FairMutexGuard<'t, T> {
    mutex: &'t FairMutex<T>,
    /// The guard may be shared between threads, or sent to one, if a `&mut T` may.
    value: PhantomData<&'t mut T>,
}

// SAFETY: the value is reached only through a guard, and a guard exists only while its thread has set `LOCKED`, which one thread
// at a time can do. So threads use the value one after another, for which `T: Send` suffices.
unsafe impl<T: Send> Sync for FairMutex<T> {}

// The value stays valid after a panic of its holder; see `lock`.
impl<T> UnwindSafe for FairMutex<T> {}
impl<T> RefUnwindSafe for FairMutex<T> {}

impl<T> FairMutex<T> {
    pub(super) fn new(value: T) -> Self {
        Self { state: AtomicU32::new(FREE), queue: Mutex::default(), value: UnsafeCell::new(value) }
    }

    /// Returns the value without waiting: nothing else has the mutex.
    pub(super) fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    /// Waits for the mutex. It has no poisoning: if its holder panics, in a user's `Serialize`, the value stays valid.
    pub(super) fn lock(&self) -> FairMutexGuard<'_, T> {
        loop {
            if let Some(guard) = self.try_lock_uncontended().or_else(|| self.wait_contended(None)) {
                return guard;
            }
        }
    }

    /// Waits for the mutex, for `patience` at most.
    pub(super) fn lock_for(&self, patience: Duration) -> Option<FairMutexGuard<'_, T>> {
        self.try_lock_uncontended().or_else(|| self.wait_contended(Instant::now().checked_add(patience)))
    }

    /// Locks the mutex if it is free and no thread waits for it.
    fn try_lock_uncontended(&self) -> Option<FairMutexGuard<'_, T>> {
        let exchanged = self.state.compare_exchange(FREE, LOCKED, Ordering::Acquire, Ordering::Relaxed);
        exchanged.is_ok().then(|| self.guard())
    }

    /// Makes the guard. Only the thread that has just set [`LOCKED`] may call this.
    fn guard(&self) -> FairMutexGuard<'_, T> {
        FairMutexGuard { mutex: self, value: PhantomData }
    }

    /// Waits for the mutex until `end`; `None` after that.
    #[cold]
    fn wait_contended(&self, end: Option<Instant>) -> Option<FairMutexGuard<'_, T>> {
        for _ in 0..ATTEMPTS {
            if let Some(guard) = self.try_lock() {
                return Some(guard);
            }
            std::hint::spin_loop();
        }
        let this = thread::current();
        let id = this.id();
        self.queue().push_back(this);
        let guard = self.wait_queued(id, end);
        self.leave(id, guard.is_some());
        guard
    }

    /// Locks the mutex unless it is locked or reserved.
    fn try_lock(&self) -> Option<FairMutexGuard<'_, T>> {
        let locked = |state| (state & (LOCKED | RESERVED) == 0).then_some(state | LOCKED);
        self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, locked).is_ok().then(|| self.guard())
    }

    fn wait_queued(&self, id: ThreadId, end: Option<Instant>) -> Option<FairMutexGuard<'_, T>> {
        while !self.is_first(id) {
            sleep(end)?;
        }
        if let Some(guard) = self.lock_or_set(WAITING) {
            return Some(guard);
        }
        sleep(end)?;
        if let Some(guard) = self.lock_or_set(FREE) {
            return Some(guard);
        }
        let reserve_at = Instant::now() + UNFAIR_PERIOD;
        while sleep(Some(end.map_or(reserve_at, |end| end.min(reserve_at)))).is_some() {}
        loop {
            if let Some(guard) = self.lock_or_set(RESERVED) {
                return Some(guard);
            }
            sleep(end)?;
        }
    }

    /// For the first in the queue: locks the mutex, or sets a flag for its holder to see.
    fn lock_or_set(&self, flag: u32) -> Option<FairMutexGuard<'_, T>> {
        let changed = |state| Some(if state & LOCKED == 0 { LOCKED } else { state | flag });
        let (Ok(before) | Err(before)) = self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, changed);
        (before & LOCKED == 0).then(|| self.guard())
    }

    /// Removes a thread from the queue. `has_mutex` is whether that thread has locked the mutex.
    fn leave(&self, id: ThreadId, has_mutex: bool) {
        let mut queue = self.queue();
        let was_first = queue.front().is_some_and(|first| first.id() == id);
        queue.retain(|other| other.id() != id);
        if was_first {
            if !has_mutex {
                self.state.fetch_and(LOCKED, Ordering::Relaxed);
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
    fn release_to_first(&self) {
        // A reservation stays: it is the first thread's.
        self.state.fetch_and(RESERVED, Ordering::Release);
        self.queue().front().map(Thread::unpark);
    }
}

/// Sleeps until it is woken, perhaps spuriously, or until `end`; `None` if that has passed.
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
        // SAFETY: this guard is the only one, because its thread has set `LOCKED`; so nothing else refers to the value.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for FairMutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`, and `&mut self` excludes other references through this guard.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T> Drop for FairMutexGuard<'_, T> {
    fn drop(&mut self) {
        let state = &self.mutex.state;
        if state.compare_exchange(LOCKED, FREE, Ordering::Release, Ordering::Relaxed).is_err() {
            self.mutex.release_to_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timed_out_thread_leaves_the_queue_and_the_others_get_the_mutex() {
        let mutex = FairMutex::new(0);
        let guard = mutex.lock();
        thread::scope(|scope| {
            let impatient = scope.spawn(|| mutex.lock_for(Duration::from_millis(20)).is_none());
            assert!(impatient.join().unwrap());
            assert_eq!(
                (mutex.state.load(Ordering::Relaxed), mutex.queue().len()),
                (LOCKED, 0),
                "nothing is left of the wait"
            );
            let patient = scope.spawn(|| mutex.lock_for(Duration::from_secs(60)).map(|mut guard| *guard += 1));
            let last = scope.spawn(|| *mutex.lock() += 1);
            thread::sleep(Duration::from_millis(20));
            drop(guard);
            assert!(patient.join().unwrap().is_some());
            last.join().unwrap();
        });
        assert_eq!(*mutex.lock(), 2);
    }

    #[test]
    fn every_waiter_gets_the_mutex() {
        let mutex = FairMutex::new(0);
        thread::scope(|scope| {
            for limited in [true, false, true, true] {
                let mutex = &mutex;
                scope.spawn(move || {
                    for _ in 0..10_000 {
                        *if limited { mutex.lock_for(Duration::from_secs(60)).unwrap() } else { mutex.lock() } += 1;
                    }
                });
            }
        });
        assert_eq!(*mutex.lock(), 40_000);
    }

    /// A thread that holds the mutex nearly all the time does not keep others from it for long.
    #[test]
    fn a_steady_caller_starves_nobody() {
        let (mutex, waiting) = (FairMutex::new(0), 3);
        thread::scope(|scope| {
            for _ in 0..waiting {
                scope.spawn(|| (0..50).for_each(|_| *mutex.lock() += 1));
            }
            let begin = Instant::now();
            while *mutex.lock() < 50 * waiting {
                assert!(begin.elapsed() < Duration::from_secs(30), "a thread waits forever");
            }
        });
    }

    /// Threads that give up at any moment do not block the others.
    #[test]
    fn an_expired_wait_loses_no_wake_up() {
        let mutex = FairMutex::new(0u32);
        thread::scope(|scope| {
            for micros in [30, 90, 150, 400] {
                let mutex = &mutex;
                scope.spawn(move || {
                    for _ in 0..2000 {
                        if let Some(mut guard) = mutex.lock_for(Duration::from_micros(micros)) {
                            *guard += 1;
                            thread::yield_now();
                        }
                    }
                });
            }
            for _ in 0..2000 {
                *mutex.lock() += 1;
            }
        });
        assert_eq!((mutex.state.load(Ordering::Relaxed), mutex.queue().len()), (FREE, 0));
    }
}
