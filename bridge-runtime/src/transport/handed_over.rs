//! A connected pair of sockets, one of which the client hands over to the server. It has no name, so no other process can connect.

use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Mutex;

use super::Channel;
use super::local_socket::channel;
use crate::sync::LockExt as _;
use crate::sys::{ControlSender, take_handed_over};

/// The client's end.
#[derive(Debug)]
pub(crate) struct HandedOver {
    /// Until the connection is accepted.
    own: Mutex<Option<UnixStream>>,
    /// The same end, for [`HandedOver::wake`].
    waking: UnixStream,
    address: String,
}

impl HandedOver {
    /// Makes the pair, and hands the other end over.
    ///
    /// # Errors
    /// The system's error.
    pub(super) fn new(control: &ControlSender) -> io::Result<Self> {
        let (own, other) = UnixStream::pair()?;
        let waking = own.try_clone()?;
        Ok(Self { own: Mutex::new(Some(own)), waking, address: control.hand_over(&other)? })
    }

    /// The address by which the server takes its end.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Returns the connection, the first time.
    pub(super) fn accept(&self) -> io::Result<Channel> {
        let own = self.own.lock_unpoisoned().take().ok_or(io::ErrorKind::Interrupted)?;
        channel(own)
    }

    /// Ends the wait for a message of the server, which a runner that has not passed its end on may keep waiting. What has arrived
    /// can still be received.
    pub(super) fn wake(&self) {
        // It fails if the other end is closed, and then no thread waits.
        let _ = self.waking.shutdown(Shutdown::Read);
    }
}

/// Returns the server's end; `None` if the address is one of another kind.
pub(super) fn connect_handed_over(address: &str) -> io::Result<Option<Channel>> {
    take_handed_over(address)?.map(|socket| channel(socket.into())).transpose()
}
