//! Reaching a server that this program did not start, within a time.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{io, mem};

use super::handshake::{HANDSHAKE_THREAD, HandshakeError, handshake};
use super::instance::{Server, ServerInstance};
use super::session::FIRST;
use super::start::info;
use super::transport::TransportRequest;
use crate::error::Error;
use crate::interface::Description;
use crate::sync::spawn_named;
use crate::transport::{Channel, Disconnector};
use crate::wire::{Secret, Start};

/// Why a server was not reached.
#[derive(Debug)]
pub(super) enum ConnectFailure {
    /// There is none.
    Nobody(io::Error),
    /// It did not answer in time.
    Late,
    /// It was reached, and then this.
    Error(Error),
}

/// How far the meeting is, for the one who waits for it.
enum Progress {
    /// There is no connection yet.
    Reaching,
    /// This ends the wait on the connection.
    Meeting(Disconnector),
    /// Nobody waits any more.
    GivenUp,
}

/// Meets the server at the end of the connection that `reach` makes: in a thread of its own, so that this one returns in time
/// whatever the server does.
pub(super) fn join(
    description: &'static Description,
    secret: Secret,
    (start, choice): (Start, TransportRequest),
    timeout: Duration,
    reach: impl FnOnce() -> io::Result<Channel> + Send + 'static,
) -> Result<(ServerInstance, Channel), ConnectFailure> {
    let (done, result) = channel();
    let progress = Arc::new(Mutex::new(Progress::Reaching));
    let meeting = {
        let progress = Arc::clone(&progress);
        move || {
            let met = reach().map_err(ConnectFailure::Nobody).and_then(|mut channel| {
                {
                    let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Progress::GivenUp = *progress {
                        return Err(ConnectFailure::Late);
                    }
                    *progress = Progress::Meeting(channel.disconnector());
                }
                let offered = choice.offer().map_err(ConnectFailure::Error)?;
                match handshake(&mut channel, description, secret, start, offered) {
                    Ok((pid, ready, taken)) => Ok((channel, pid, ready, taken)),
                    Err(HandshakeError::Final(error)) => Err(ConnectFailure::Error(error)),
                    Err(HandshakeError::Connection(error)) => Err(ConnectFailure::Error(Error::disconnected(error))),
                }
            });
            // Whoever waited for it may have given up.
            let _ = done.send(met);
        }
    };
    let thread = spawn_named(HANDSHAKE_THREAD, meeting);
    thread.map_err(|error| ConnectFailure::Error(Error::thread(HANDSHAKE_THREAD)(error)))?;
    let met = result.recv_timeout(timeout).unwrap_or_else(|error| {
        let before = mem::replace(&mut *progress.lock().unwrap_or_else(PoisonError::into_inner), Progress::GivenUp);
        if let Progress::Meeting(disconnector) = before {
            disconnector.disconnect();
        }
        Err(match error {
            RecvTimeoutError::Timeout => ConnectFailure::Late,
            RecvTimeoutError::Disconnected => {
                ConnectFailure::Error(Error::disconnected(io::ErrorKind::UnexpectedEof.into()))
            }
        })
    });
    let (channel, pid, ready, taken) = met?;
    Ok((ServerInstance::new(info(pid, FIRST, ready, taken), Server::Connected, &channel), channel))
}
