//! A mutex whose waiters are served in order, some of them with a time limit. The server runs one call at a time, so the
//! threads of a client wait for each other here.
//!
//! Waking the next thread takes ten times as long as a call: it is asleep, and is perhaps woken on the very core that the server
//! needs. So a thread that calls steadily may take the mutex again and again for a while. The others sleep in a queue. The first
//! of them is woken when the mutex is released; if it comes too late, it leaves the others a [`STINT`] and then reserves the
//! mutex, so that nobody else can take it. So everyone waits for a stint and a call of each thread before it at most.
//!
//! No wake-up is lost: whether the mutex is taken and whether a thread wants it is one number, which each side changes in one
//! step. Either the releasing thread sees the wish and wakes the first in the queue, or the first sees that the mutex is free;
//! and a thread that becomes the first is woken for that by the one before it.

use std::cell::UnsafeCell;
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread, ThreadId};
use std::time::{Duration, Instant};

/// A value that one thread at a time uses, in the order in which they came.
pub(super) struct FairMutex<T> {
    /// [`FREE`], or flags of [`TAKEN`], [`WANTED`] and [`RESERVED`].
    state: AtomicU32,
    queue: Mutex<VecDeque<Thread>>,
    value: UnsafeCell<T>,
}

/// Nobody has the mutex, and nobody waits for it.
const FREE: u32 = 0;
/// A thread has the mutex.
const TAKEN: u32 = 1;
/// The first in the queue is to be woken when the mutex is released.
const WANTED: u32 = 2;
/// As [`WANTED`], and nobody else may take the mutex before it.
const RESERVED: u32 = 4;

/// How long others may still take the mutex once the first in the queue has been woken in vain.
const STINT: Duration = Duration::from_micros(100);

/// Attempts before a thread queues: they take about as long as a short call.
const ATTEMPTS: u32 = 16;

/// Exclusive use of the value, until it is dropped.
pub(super) struct FairMutexGuard<'t, T> {
    mutex: &'t FairMutex<T>,
    /// The guard may be shared between threads, or sent to one, if a `&mut T` may.
    value: PhantomData<&'t mut T>,
}

// SAFETY: like any mutex, it gives the value to one thread at a time: only a guard reaches it, and there is one at a time.
unsafe impl<T: Send> Sync for FairMutex<T> {}

impl<T> FairMutex<T> {
    pub(super) fn new(value: T) -> Self {
        Self { state: AtomicU32::new(FREE), queue: Mutex::default(), value: UnsafeCell::new(value) }
    }

    /// Waits for the mutex. It is not poisoned: a panic of its holder, in a user's `Serialize`, leaves the value valid.
    pub(super) fn lock(&self) -> FairMutexGuard<'_, T> {
        loop {
            if let Some(guard) = self.try_take_uncontended().or_else(|| self.wait_contended(None)) {
                return guard;
            }
        }
    }

    /// Waits for the mutex, for `patience` at most.
    pub(super) fn lock_for(&self, patience: Duration) -> Option<FairMutexGuard<'_, T>> {
        self.try_take_uncontended().or_else(|| self.wait_contended(Instant::now().checked_add(patience)))
    }

    /// Takes the mutex if nobody has it and nobody waits for it.
    fn try_take_uncontended(&self) -> Option<FairMutexGuard<'_, T>> {
        let taken = self.state.compare_exchange(FREE, TAKEN, Ordering::Acquire, Ordering::Relaxed);
        taken.is_ok().then(|| self.guard())
    }

    /// Makes the guard; only to be called after setting [`TAKEN`].
    fn guard(&self) -> FairMutexGuard<'_, T> {
        FairMutexGuard { mutex: self, value: PhantomData }
    }

    /// Waits for the mutex until `end`; `None` after that.
    #[cold]
    fn wait_contended(&self, end: Option<Instant>) -> Option<FairMutexGuard<'_, T>> {
        for _ in 0..ATTEMPTS {
            if let Some(guard) = self.try_take() {
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

    /// Takes the mutex if nobody has it or has reserved it.
    fn try_take(&self) -> Option<FairMutexGuard<'_, T>> {
        let taken = |state| (state & (TAKEN | RESERVED) == 0).then_some(state | TAKEN);
        self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, taken).is_ok().then(|| self.guard())
    }

    fn wait_queued(&self, id: ThreadId, end: Option<Instant>) -> Option<FairMutexGuard<'_, T>> {
        while !self.is_first(id) {
            sleep(end)?;
        }
        if let Some(guard) = self.take_or_set(WANTED) {
            return Some(guard);
        }
        sleep(end)?;
        if let Some(guard) = self.take_or_set(FREE) {
            return Some(guard);
        }
        let stint = Instant::now() + STINT;
        while sleep(Some(end.map_or(stint, |end| end.min(stint)))).is_some() {}
        loop {
            if let Some(guard) = self.take_or_set(RESERVED) {
                return Some(guard);
            }
            sleep(end)?;
        }
    }

    /// For the first in the queue: takes the mutex, or sets a flag for its holder to see.
    fn take_or_set(&self, flag: u32) -> Option<FairMutexGuard<'_, T>> {
        let changed = |state| Some(if state & TAKEN == 0 { TAKEN } else { state | flag });
        let (Ok(before) | Err(before)) = self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, changed);
        (before & TAKEN == 0).then(|| self.guard())
    }

    /// Leaves the queue, with the mutex or without it.
    fn leave(&self, id: ThreadId, has_mutex: bool) {
        let mut queue = self.queue();
        let was_first = queue.front().is_some_and(|first| first.id() == id);
        queue.retain(|other| other.id() != id);
        if was_first {
            if !has_mutex {
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
    fn release_to_first(&self) {
        // A reservation stays.
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
        // SAFETY: this is the only guard, and it is borrowed.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for FairMutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this is the only guard, and it is borrowed exclusively.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T> Drop for FairMutexGuard<'_, T> {
    fn drop(&mut self) {
        let state = &self.mutex.state;
        if state.compare_exchange(TAKEN, FREE, Ordering::Release, Ordering::Relaxed).is_err() {
            self.mutex.release_to_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_limit_ends_and_the_mutex_is_passed_on() {
        let mutex = FairMutex::new(0);
        let guard = mutex.lock();
        thread::scope(|scope| {
            let impatient = scope.spawn(|| mutex.lock_for(Duration::from_millis(20)).is_none());
            assert!(impatient.join().unwrap());
            assert_eq!((mutex.state.load(Ordering::Relaxed), mutex.queue().len()), (TAKEN, 0), "it left no trace");
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

    /// A thread that has the mutex nearly all the time keeps nobody from it for long.
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

    /// Threads whose time limit ends, at any moment, leave the queue to the others.
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
