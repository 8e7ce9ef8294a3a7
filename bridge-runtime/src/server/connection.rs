//! One of a client's connections, which carries its calls and callbacks.

use std::sync::{Arc, Mutex, MutexGuard};

use super::client_state::ClientState;
use crate::sync::LockExt as _;
use crate::transport::Channel;

/// A connection and the client that it belongs to. Clones refer to the same connection.
///
/// Messages are nested like calls. The channel is locked from the request for a callback until its reply, or until the client
/// makes a nested call. Between two callbacks it is free, so the library's own threads can run a call's closures as well.
#[derive(Debug, Clone)]
pub(super) struct ClientConnection {
    channel: Arc<Mutex<Channel>>,
    client: Arc<ClientState>,
}

impl ClientConnection {
    /// The first connection of a new client.
    pub(super) fn new(channel: Channel) -> Self {
        Self::of(Arc::default(), Arc::new(Mutex::new(channel)))
    }

    /// Another connection of a client.
    pub(super) fn of(client: Arc<ClientState>, channel: Arc<Mutex<Channel>>) -> Self {
        Self { channel, client }
    }

    /// Locks the channel.
    pub(super) fn channel(&self) -> MutexGuard<'_, Channel> {
        self.channel.lock_unpoisoned()
    }

    /// Returns the state of the client.
    pub(super) fn client(&self) -> &Arc<ClientState> {
        &self.client
    }

    /// Whether both are the same connection.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.channel, &other.channel)
    }
}
