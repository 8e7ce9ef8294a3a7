//! What the server keeps for one client besides its connections: registered closures, the event channel, and threads.

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
    /// The client, as the owner of what is opened in its callbacks.
    pub(super) owner: Owner,
}

/// The state of one client.
#[derive(Debug, Default)]
pub(super) struct ClientState {
    /// Locked while a callback runs on it: one at a time.
    events: Mutex<Option<EventChannel>>,
    is_closed: AtomicBool,
    registrations: Mutex<HashMap<u32, Registration>>,
    /// The threads that serve the client's extra connections.
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl ClientState {
    /// Takes over the channel for callbacks outside any call, for the client that this thread acts for.
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

    /// Keeps a thread that serves an extra connection, to wait for it in [`ClientState::close`].
    pub(super) fn keep_thread(&self, thread: JoinHandle<()>) {
        let mut threads = self.threads.lock_unpoisoned();
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread);
    }

    /// Keeps a registration until the client gives it up.
    pub(super) fn keep_registration(&self, number: u32, registration: Registration) {
        // An earlier one with this number is dropped outside the lock: it may run the user's code.
        let _earlier = self.registrations().insert(number, registration);
    }

    /// Drops registrations that the client has given up.
    pub(super) fn unregister(&self, numbers: &[u32]) {
        let ended: Vec<_> = {
            let mut registrations = self.registrations();
            numbers.iter().map(|number| registrations.remove(number)).collect()
        };
        drop(ended);
    }

    /// Drops everything that is kept for the client: it is gone.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        match self.events.try_lock() {
            Ok(mut events) => *events = None,
            Err(TryLockError::Poisoned(poisoned)) => *poisoned.into_inner() = None,
            // The callback that is using it drops it when it ends.
            Err(TryLockError::WouldBlock) => {}
        }
        let threads = std::mem::take(&mut *self.threads.lock_unpoisoned());
        for thread in threads {
            // It ends with its connection, and has reported why.
            let _ = thread.join();
        }
        let registrations = std::mem::take(&mut *self.registrations());
        drop(registrations);
    }

    fn registrations(&self) -> MutexGuard<'_, HashMap<u32, Registration>> {
        self.registrations.lock_unpoisoned()
    }
}
