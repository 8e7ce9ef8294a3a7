//! One of a client's connections: the channel that its calls and callbacks travel on.

use std::sync::{Arc, Mutex, MutexGuard};

use super::client_state::ClientState;
use crate::sync::LockExt as _;
use crate::transport::Channel;

/// A connection, and the client that it belongs to. Clones are the same connection.
///
/// Messages nest as calls do. The channel is locked from the request for a callback until its reply, or until the client makes
/// a call from inside the callback. So threads of the library, too, can run a call's closures while the call lasts.
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

    /// Locks the channel, to send or to receive.
    pub(super) fn channel(&self) -> MutexGuard<'_, Channel> {
        self.channel.lock_unpoisoned()
    }

    /// Returns what the server keeps for the client.
    pub(super) fn client(&self) -> &Arc<ClientState> {
        &self.client
    }

    /// Whether both are the same connection.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.channel, &other.channel)
    }
}
