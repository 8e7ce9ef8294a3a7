//! Connecting to a server that this program has not started, within a time limit.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{io, mem};

use super::info::describe;
use super::instance::{Server, ServerInstance};
use crate::error::Error;
use crate::handshake::{HANDSHAKE_THREAD, HandshakeError, TransportRequest, shake_hands};
use crate::interface::Description;
use crate::sync::{LockExt as _, spawn_named};
use crate::transport::{Channel, Disconnector};
use crate::wire::{Secret, Start};

/// Why a server was not reached.
#[derive(Debug)]
pub(super) enum ConnectFailure {
    /// Nobody listens.
    NoServer(io::Error),
    /// The server did not answer in time.
    Timeout,
    /// The server was reached, and then this happened.
    Error(Error),
}

/// How far the handshake is.
enum HandshakeProgress {
    /// There is no channel yet.
    Connecting,
    /// This ends the wait on the channel.
    ShakingHands(Disconnector),
    /// Nobody waits for the result any more.
    GivenUp,
}

/// Shakes hands with the server at the end of the channel that `connect` makes: on a thread of its own, so that this returns in
/// time in any case.
pub(super) fn join(
    description: &'static Description,
    secret: Secret,
    (start, transport): (Start, TransportRequest),
    timeout: Duration,
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
                let offer = transport.offer().map_err(ConnectFailure::Error)?;
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
    Ok((ServerInstance::new(describe(agreement), Server::Connected, &channel), channel))
}
