//! The state of one client besides its connections: registrations, the event channel, and threads.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::thread::JoinHandle;

use crate::native::Owner;
use crate::registration::Registration;
use crate::sync::LockExt as _;
use crate::transport::Channel;

/// The channel for callbacks outside any call.
#[derive(Debug, Clone)]
pub(super) struct EventChannel {
    pub(super) channel: Arc<Mutex<Channel>>,
    /// The owner of the handles and memory that are opened in callbacks of this client.
    pub(super) owner: Owner,
}

/// The state of one client.
#[derive(Debug, Default)]
pub(super) struct ClientState {
    /// Locked while a callback runs on it: it serves one callback at a time.
    events: Mutex<Option<EventChannel>>,
    is_closed: AtomicBool,
    registrations: Mutex<HashMap<u32, Registration>>,
    /// The threads that serve the client's extra connections.
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl ClientState {
    /// Sets the channel for callbacks outside any call. The owner is the one that this thread acts for.
    pub(super) fn set_event_channel(&self, channel: Channel) {
        let channel = Arc::new(Mutex::new(channel));
        *self.events.lock_unpoisoned() = Some(EventChannel { channel, owner: Owner::current() });
    }

    /// Runs `run` with the event channel, one at a time. `run` also returns whether the channel is broken.
    pub(super) fn with_event_channel<R>(&self, run: impl FnOnce(Option<&EventChannel>) -> (R, bool)) -> R {
        let mut events = self.events.lock_unpoisoned();
        let (result, is_broken) = run(events.as_ref());
        if is_broken || self.is_closed.load(Ordering::SeqCst) {
            *events = None;
        }
        result
    }

    /// Adds a thread that serves an extra connection, for [`ClientState::close`] to join.
    pub(super) fn keep_thread(&self, thread: JoinHandle<()>) {
        let mut threads = self.threads.lock_unpoisoned();
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread);
    }

    /// Keeps a registration until the client unregisters it.
    pub(super) fn keep_registration(&self, number: u32, registration: Registration) {
        // An earlier one with this number is dropped outside the lock: it may run the user's code.
        let _earlier = self.registrations().insert(number, registration);
    }

    /// Drops registrations that the client no longer needs.
    pub(super) fn unregister(&self, numbers: &[u32]) {
        let removed: Vec<_> = {
            let mut registrations = self.registrations();
            numbers.iter().map(|number| registrations.remove(number)).collect()
        };
        // Outside the lock, because dropping them may run the user's code.
        drop(removed);
    }

    /// Drops the whole state, because the client has disconnected.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        match self.events.try_lock() {
            Ok(mut events) => *events = None,
            Err(TryLockError::Poisoned(poisoned)) => *poisoned.into_inner() = None,
            // `with_event_channel` drops it when the callback that is using it returns.
            Err(TryLockError::WouldBlock) => {}
        }
        let threads = std::mem::take(&mut *self.threads.lock_unpoisoned());
        for thread in threads {
            // It ends when its connection closes, and has logged any error.
            let _ = thread.join();
        }
        let registrations = std::mem::take(&mut *self.registrations());
        drop(registrations);
    }

    fn registrations(&self) -> MutexGuard<'_, HashMap<u32, Registration>> {
        self.registrations.lock_unpoisoned()
    }
}
