//! One process's end of the shared memory of a connection.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

use super::layout::{EndState, Layout, OneWayChannel};
use crate::sys::{MemoryOffer, SharedMemory, processor};

/// One end of the shared memory of a connection. It carries frames once a channel is
/// [upgraded](crate::transport::Channel::upgrade) to it.
#[derive(Debug)]
pub struct SharedMemoryEnd {
    memory: SharedMemory<Layout>,
    side: Side,
}

/// Which end of a connection this process has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The client, which creates the memory.
    Client = 0,
    /// The server, which opens it.
    Server = 1,
}

impl SharedMemoryEnd {
    /// Creates the memory: the client's end, and the offer by which the server opens its own.
    ///
    /// # Errors
    /// The system's error; [`io::ErrorKind::Unsupported`] if the system has no suitable memory.
    pub(crate) fn offer() -> io::Result<(Self, MemoryOffer)> {
        let (memory, offer) = SharedMemory::new()?;
        Ok((Self { memory, side: Side::Client }, offer))
    }

    /// Opens the memory that a client offers: the server's end.
    ///
    /// # Errors
    /// The system's error; [`io::ErrorKind::InvalidData`] if the address is not that of such memory.
    pub(crate) fn open(address: &str) -> io::Result<Self> {
        Ok(Self { memory: SharedMemory::open(address)?, side: Side::Server })
    }

    /// Whether this is the server's end.
    pub(super) fn is_server_s(&self) -> bool {
        self.side == Side::Server
    }

    /// The channel that this end sends on.
    #[inline]
    pub(super) fn outgoing(&self) -> &OneWayChannel {
        outgoing(&self.memory, self.side)
    }

    /// The channel that this end receives on.
    #[inline]
    pub(super) fn incoming(&self) -> &OneWayChannel {
        incoming(&self.memory, self.side)
    }

    /// The flag that this end raises before it sleeps.
    #[inline]
    pub(super) fn own_sleep_flag(&self) -> &AtomicU32 {
        &self.own_state().sleep_flag
    }

    /// The flag that the other end raises before it sleeps.
    #[inline]
    pub(super) fn other_sleep_flag(&self) -> &AtomicU32 {
        &self.other_state().sleep_flag
    }

    /// Says on which processor this end waits, and returns whether the other end last waited on the same one. If the system does
    /// not say it, it counts as the same.
    pub(super) fn shares_processor(&self) -> bool {
        let Some(own) = processor().and_then(|number| number.checked_add(1)) else { return true };
        self.own_state().processor.store(own, Ordering::Relaxed);
        self.other_state().processor.load(Ordering::Relaxed) == own
    }

    #[inline]
    fn own_state(&self) -> &EndState {
        &self.memory.ends[self.side as usize].0
    }

    #[inline]
    fn other_state(&self) -> &EndState {
        &self.memory.ends[1 - self.side as usize].0
    }
}

/// The channel on which `side` sends.
pub(super) fn outgoing(memory: &Layout, side: Side) -> &OneWayChannel {
    &memory.channels[side as usize]
}

/// The channel on which `side` receives.
pub(super) fn incoming(memory: &Layout, side: Side) -> &OneWayChannel {
    &memory.channels[1 - side as usize]
}
