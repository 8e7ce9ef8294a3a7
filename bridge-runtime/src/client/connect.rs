//! Connecting, within a time limit, to a server that this program has not started.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{io, mem};

use super::info::ServerInfo;
use super::instance::{Server, ServerInstance};
use crate::error::Error;
use crate::handshake::{HANDSHAKE_THREAD, HandshakeError, Transport, TransportOffer, shake_hands};
use crate::interface::Description;
use crate::sync::{LockExt as _, spawn_named};
use crate::transport::{Channel, Disconnector, Route};
use crate::wire::{Secret, Start};

/// Why there is no connection to the server.
#[derive(Debug)]
pub(super) enum ConnectFailure {
    /// No server listens.
    NoServer(io::Error),
    /// The server did not answer in time.
    Timeout,
    /// The handshake failed.
    Error(Error),
}

/// How far the handshake is.
enum HandshakeProgress {
    /// The channel does not exist yet.
    Connecting,
    /// The channel exists; this disconnects it.
    ShakingHands(Disconnector),
    /// The time limit is over, and the result will be discarded.
    GivenUp,
}

/// Makes a channel with `connect` and shakes hands with the server at its other end. Both happen on a separate thread, so that
/// this returns within `timeout` even if they block.
///
/// # Errors
/// [`ConnectFailure`].
pub(super) fn connect_within(
    timeout: Duration,
    description: &'static Description,
    secret: Secret,
    (start, transport): (Start, Transport),
    connect: impl FnOnce() -> io::Result<Channel> + Send + 'static,
) -> Result<(ServerInstance, Channel), ConnectFailure> {
    let (sender, receiver) = mpsc::channel();
    let progress = Arc::new(Mutex::new(HandshakeProgress::Connecting));
    let handshake = {
        let progress = Arc::clone(&progress);
        move || {
            let result = connect().map_err(ConnectFailure::NoServer).and_then(|mut channel| {
                match &mut *progress.lock_unpoisoned() {
                    HandshakeProgress::GivenUp => return Err(ConnectFailure::Timeout),
                    progress => *progress = HandshakeProgress::ShakingHands(channel.disconnector()),
                }
                let offer = TransportOffer::new(transport, &Route::CONNECTED).map_err(ConnectFailure::Error)?;
                match shake_hands(&mut channel, description, secret, start, offer) {
                    Ok(agreement) => Ok((channel, agreement)),
                    Err(HandshakeError::Refused(error)) => Err(ConnectFailure::Error(error)),
                    Err(HandshakeError::Connection(error)) => Err(ConnectFailure::Error(Error::disconnected(error))),
                }
            });
            // The receiver may have given up.
            let _ = sender.send(result);
        }
    };
    let thread = spawn_named(HANDSHAKE_THREAD, handshake).map_err(Error::thread(HANDSHAKE_THREAD));
    thread.map_err(ConnectFailure::Error)?;
    let result = receiver.recv_timeout(timeout).unwrap_or_else(|error| {
        if let HandshakeProgress::ShakingHands(disconnector) =
            mem::replace(&mut *progress.lock_unpoisoned(), HandshakeProgress::GivenUp)
        {
            disconnector.disconnect();
        }
        Err(match error {
            RecvTimeoutError::Timeout => ConnectFailure::Timeout,
            RecvTimeoutError::Disconnected => {
                ConnectFailure::Error(Error::disconnected(io::ErrorKind::UnexpectedEof.into()))
            }
        })
    });
    let (channel, agreement) = result?;
    Ok((ServerInstance::new(ServerInfo::new(agreement), Server::Connected, Route::CONNECTED, &channel), channel))
}
