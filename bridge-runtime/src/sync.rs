//! Locks that ignore poisoning, and named threads.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Locks a mutex whether or not a thread panicked while it held it.
///
/// A closure or a method of the user may panic at any time, and must not break the client or the server for others. So
/// what the runtime keeps in a mutex is valid after each single change, and poisoning has nothing to report.
pub(crate) trait LockExt<T: ?Sized> {
    fn lock_unpoisoned(&self) -> MutexGuard<'_, T>;
}

impl<T: ?Sized> LockExt<T> for Mutex<T> {
    fn lock_unpoisoned(&self) -> MutexGuard<'_, T> {
        self.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts a thread with a name that debuggers and panic messages show.
///
/// # Errors
/// The system's, if there is no room for another thread.
pub(crate) fn spawn_named<T: Send + 'static>(
    name: &str,
    run: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutex_is_usable_after_a_panic_of_its_holder() {
        let value = Mutex::new(1);
        std::thread::scope(|scope| {
            let holder = scope.spawn(|| {
                let _guard = value.lock().unwrap();
                panic!("while the mutex is held");
            });
            holder.join().unwrap_err();
        });
        assert!(value.is_poisoned());
        *value.lock_unpoisoned() += 1;
        assert_eq!(*value.lock_unpoisoned(), 2);
    }

    #[test]
    fn a_thread_has_the_name_given() {
        let thread = spawn_named("bridge32 test", || std::thread::current().name().map(str::to_owned)).unwrap();
        assert_eq!(thread.join().unwrap().as_deref(), Some("bridge32 test"));
    }
}
