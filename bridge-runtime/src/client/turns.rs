//! Who calls next. The server runs one call at a time, so its callers queue, some of them with limited patience.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering, fence};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// What one caller at a time may use: a mutex that can also be waited for with a limit.
#[derive(Debug)]
pub(super) struct Turns<T> {
    value: Mutex<T>,
    bell: Bell,
}

/// What those who wait with a limit listen for.
#[derive(Debug, Default)]
struct Bell {
    listeners: AtomicUsize,
    lock: Mutex<()>,
    rung: Condvar,
}

/// A caller's turn; over when it is dropped.
#[derive(Debug)]
pub(super) struct Turn<'t, T> {
    value: MutexGuard<'t, T>,
    // Dropped after the mutex is free, because it stands after it.
    _ring: Ring<'t>,
}

/// Rings the bell when dropped.
#[derive(Debug)]
struct Ring<'t>(&'t Bell);

impl<T> Turns<T> {
    pub(super) fn new(value: T) -> Self {
        Self { value: Mutex::new(value), bell: Bell::default() }
    }

    /// Waits for a turn. A panic in somebody's turn, in a `Serialize` of theirs, leaves the value as it was.
    pub(super) fn wait(&self) -> Turn<'_, T> {
        self.turn(self.value.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits for a turn, for `patience` at most.
    pub(super) fn wait_for(&self, patience: Duration) -> Option<Turn<'_, T>> {
        self.try_take().or_else(|| self.listen(patience))
    }

    fn try_take(&self) -> Option<Turn<'_, T>> {
        match self.value.try_lock() {
            Ok(value) => Some(self.turn(value)),
            Err(TryLockError::Poisoned(poisoned)) => Some(self.turn(poisoned.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    #[cold]
    fn listen(&self, patience: Duration) -> Option<Turn<'_, T>> {
        let begin = Instant::now();
        self.bell.listeners.fetch_add(1, Ordering::SeqCst);
        let mut lock = self.bell.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = loop {
            fence(Ordering::SeqCst);
            if let Some(turn) = self.try_take() {
                break Some(turn);
            }
            let Some(left) = patience.checked_sub(begin.elapsed()) else { break None };
            (lock, _) = self.bell.rung.wait_timeout(lock, left).unwrap_or_else(PoisonError::into_inner);
        };
        self.bell.listeners.fetch_sub(1, Ordering::SeqCst);
        turn
    }

    fn turn<'t>(&'t self, value: MutexGuard<'t, T>) -> Turn<'t, T> {
        Turn { value, _ring: Ring(&self.bell) }
    }
}

impl<T> Deref for Turn<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Turn<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl Drop for Ring<'_> {
    fn drop(&mut self) {
        // Either the listener finds the mutex free, or this finds the listener.
        fence(Ordering::SeqCst);
        if self.0.listeners.load(Ordering::SeqCst) > 0 {
            drop(self.0.lock.lock().unwrap_or_else(PoisonError::into_inner));
            self.0.rung.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends_and_turns_are_passed_on() {
        let turns = Turns::new(0);
        let turn = turns.wait();
        std::thread::scope(|scope| {
            let impatient = scope.spawn(|| turns.wait_for(Duration::from_millis(20)).is_none());
            assert!(impatient.join().unwrap());
            let patient = scope.spawn(|| turns.wait_for(Duration::from_secs(60)).map(|mut turn| *turn += 1));
            std::thread::sleep(Duration::from_millis(20));
            drop(turn);
            assert!(patient.join().unwrap().is_some());
        });
        assert_eq!(*turns.wait(), 1);
    }

    #[test]
    fn everyone_gets_a_turn() {
        let turns = Turns::new(0);
        std::thread::scope(|scope| {
            for limited in [true, false, true, true] {
                let turns = &turns;
                scope.spawn(move || {
                    for _ in 0..10_000 {
                        *if limited { turns.wait_for(Duration::from_secs(60)).unwrap() } else { turns.wait() } += 1;
                    }
                });
            }
        });
        assert_eq!(*turns.wait(), 40_000);
    }
}
