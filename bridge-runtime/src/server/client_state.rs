//! What a server keeps for one client beside its connection: what it has registered, and the event connection.

use std::collections::HashMap;
use std::io;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::JoinHandle;

use super::connection::{CallServer, CallbackError, ClientConnection, DispatchTarget, Ends, ThreadTarget};
use crate::fault::Fault;
use crate::native::Owner;
use crate::registration::Registration;
use crate::transport::Channel;

type Events = (Arc<ClientConnection>, Owner);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct ClientState {
    /// For closures that are called outside of any call; and whom they are called for.
    events: Mutex<Option<Events>>,
    is_closed: AtomicBool,
    registrations: Mutex<HashMap<u32, Registration>>,
    /// The threads of the client's extra connections.
    connections: Mutex<Vec<JoinHandle<()>>>,
}

impl ClientState {
    /// Takes the event connection.
    pub(super) fn take_events(self: &Arc<Self>, channel: Channel) {
        // Each holds the other until the client is gone.
        *self.events() = Some((ClientConnection::joined(channel, Arc::clone(self)), Owner::current()));
    }

    /// Serves an extra connection of the client's in a thread of its own.
    pub(super) fn serve_channel(
        self: &Arc<Self>,
        channel: Channel,
        ThreadTarget(target): ThreadTarget,
    ) -> io::Result<()> {
        let (connection, owner) = (ClientConnection::joined(channel, Arc::clone(self)), Owner::current());
        let thread = std::thread::Builder::new().name("bridge32 channel".to_owned()).spawn(move || {
            let _acting = owner.enter();
            if let Err(error) = CallServer::new(connection, Rc::from(target as Box<dyn DispatchTarget>)).serve() {
                Fault::Message(format!("a channel broke: {error}")).complain();
            }
        })?;
        let mut connections = self.connections();
        connections.retain(|thread| !thread.is_finished());
        connections.push(thread);
        Ok(())
    }

    pub(super) fn keep(&self, number: u32, registration: Registration) {
        // Its predecessor of the same number is dropped outside the lock: it may run code of the user's.
        let _earlier = self.registrations().insert(number, registration);
    }

    pub(super) fn unregister(&self, numbers: &[u32]) {
        let ended: Vec<_> = {
            let mut registrations = self.registrations();
            numbers.iter().map(|number| registrations.remove(number)).collect()
        };
        drop(ended);
    }

    /// Runs a closure on the event connection: one at a time.
    pub(super) fn event(&self, registration: u32, ends: &mut dyn Ends) -> Result<(), CallbackError> {
        let mut events = self.events();
        let result = match &*events {
            Some((connection, owner)) => connection.event(*owner, registration, ends),
            None => return Err(io::Error::from(io::ErrorKind::NotConnected).into()),
        };
        if self.is_closed.load(Ordering::SeqCst) || matches!(result, Err(CallbackError::ClientConnection(_))) {
            *events = None;
        }
        result
    }

    /// The client is gone.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        match self.events.try_lock() {
            Ok(mut events) => *events = None,
            Err(TryLockError::Poisoned(poisoned)) => *poisoned.into_inner() = None,
            // Whoever uses it closes it then.
            Err(TryLockError::WouldBlock) => {}
        }
        let connections = std::mem::take(&mut *self.connections());
        for channel in connections {
            // It ends with its connection, and has nothing more to say.
            let _ = channel.join();
        }
        let registrations = std::mem::take(&mut *self.registrations());
        drop(registrations);
    }

    fn connections(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn events(&self) -> MutexGuard<'_, Option<Events>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn registrations(&self) -> MutexGuard<'_, HashMap<u32, Registration>> {
        self.registrations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
