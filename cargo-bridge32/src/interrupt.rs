//! Ctrl+C while a command runs that leaves processes behind if it is interrupted.

use std::sync::{Mutex, MutexGuard, PoisonError};

type CleanUp = Box<dyn FnOnce() + Send>;

/// What is to be done before this program ends.
static CLEAN_UP: Mutex<Option<CleanUp>> = Mutex::new(None);

fn lock() -> MutexGuard<'static, Option<CleanUp>> {
    CLEAN_UP.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `work`. If the user interrupts this program meanwhile, it ends after `clean_up`.
pub(crate) fn with_clean_up<R>(clean_up: impl FnOnce() + Send + 'static, work: impl FnOnce() -> R) -> R {
    #[cfg(unix)]
    unix::watch();
    *lock() = Some(Box::new(clean_up));
    let result = work();
    // Waits for a clean-up that runs, after which this program ends.
    *lock() = None;
    result
}

#[cfg(unix)]
mod unix {
    use std::sync::Once;
    use std::thread;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    /// Makes the signals that end this program clean up first.
    pub(super) fn watch() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // If it fails, the signals end the program at once, as before.
            let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else { return };
            thread::spawn(move || {
                for signal in signals.forever() {
                    let mut clean_up = super::lock();
                    if let Some(clean_up) = clean_up.take() {
                        clean_up();
                    }
                    // It ends the program; the lock is held until then, so that nothing else is started.
                    let _ = emulate_default_handler(signal);
                }
            });
        });
    }
}
