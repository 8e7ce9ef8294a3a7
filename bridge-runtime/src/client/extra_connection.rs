//! Opening an extra connection to a running server: the client listens, requests the connection on an existing one, and waits.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Sender};
use std::time::{Duration, Instant};

use super::call_context::CallContext;
use super::connection::Connection;
use super::instance::ServerInstance;
use crate::error::Error;
use crate::handshake::{HANDSHAKE_THREAD, Transport, TransportOffer, random_secret};
use crate::sync::spawn_named;
use crate::transport::{Channel, Disconnector, EXTRA_ARENA_LIMIT, Endpoint};
use crate::wire::{Message, OpenConnection, Purpose, Secret};

/// How long a server may take to connect after it has accepted the request, where the call has no time limit.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The number of extra connections of one server that get shared memory. Each takes half a megabyte of the server's address
/// space, and up to [`EXTRA_ARENA_LIMIT`] bytes for long arrays.
const SHARED_MEMORY_CONNECTIONS: u32 = 16;

/// Opens another connection to the server of `connection`.
///
/// # Errors
/// The error of listening, of the request or of the handshake. If the server accepts the request and does not connect,
/// `connection` is closed.
pub(super) fn open(context: &CallContext, connection: &mut Connection, purpose: Purpose) -> Result<Channel, Error> {
    let listener = ExtraListener::new(&connection.instance, purpose)?;
    context.request(connection, &listener.request(purpose)?)?;
    match (listener.accept(context.limit.unwrap_or(CONNECT_TIMEOUT))?, context.limit) {
        (Some(channel), _) => {
            if purpose == Purpose::Calls {
                connection.instance.add_extra_connection(channel.disconnector());
            }
            Ok(channel)
        }
        (None, Some(after)) => Err(context.timed_out(connection, after)),
        (None, None) => {
            let text = "the server agreed to open a connection and did not connect".to_owned();
            Err(connection.protocol_error(text))
        }
    }
}

/// The endpoint that the server connects to, with what it must present and what it is offered.
struct ExtraListener {
    endpoint: Endpoint,
    secret: Secret,
    offer: TransportOffer,
}

impl ExtraListener {
    fn new(instance: &ServerInstance, purpose: Purpose) -> Result<Self, Error> {
        let has_shared_memory = match purpose {
            Purpose::Calls => instance.extra_connections.fetch_add(1, Ordering::Relaxed) < SHARED_MEMORY_CONNECTIONS,
            // Events are rare, and a thread of the client waits for them all the time.
            Purpose::Events => false,
        };
        let transport = if has_shared_memory { instance.info.transport } else { Transport::Pipe };
        let offer = TransportOffer::new(transport.of_extra_connection(), &instance.route)?;
        let endpoint = Endpoint::new(&instance.route).map_err(|source| Error::Endpoint { source })?;
        let secret = random_secret().map_err(|source| Error::Random { source })?;
        Ok(Self { endpoint, secret, offer })
    }

    /// Returns the message that asks the server to connect.
    fn request(&self, purpose: Purpose) -> Result<Message, Error> {
        let (address, memory) = (self.endpoint.address(), self.offer.address()?);
        Ok(Message::OpenConnection(Box::new(OpenConnection { address, secret: self.secret, purpose, memory })))
    }

    /// Waits until the server has connected and proved its identity; `None` if it has not within `patience`.
    fn accept(self, patience: Duration) -> Result<Option<Channel>, Error> {
        let Self { endpoint, secret, offer } = self;
        let endpoint = Arc::new(endpoint);
        let (sender, receiver) = mpsc::channel();
        let accepting = {
            let endpoint = Arc::clone(&endpoint);
            // The receiver may have given up.
            move || drop(sender.send(JoinProgress::Joined(accept_joined(&endpoint, secret, offer, &sender))))
        };
        spawn_named(HANDSHAKE_THREAD, accepting).map_err(Error::thread(HANDSHAKE_THREAD))?;
        let begin = Instant::now();
        let mut disconnector = Disconnector::default();
        loop {
            match receiver.recv_timeout(patience.saturating_sub(begin.elapsed())) {
                Ok(JoinProgress::Connected(connected)) => disconnector = connected,
                Ok(JoinProgress::Joined(joined)) => return joined.map(Some),
                Err(_) => {
                    endpoint.wake();
                    disconnector.disconnect();
                    return Ok(None);
                }
            }
        }
    }
}

/// The progress of a server that is connecting.
enum JoinProgress {
    /// It has connected; this disconnects it, which ends the wait for its first message.
    Connected(Disconnector),
    /// It has sent its first message, or failed to.
    Joined(Result<Channel, Error>),
}

/// Accepts one connection, checks that it is the server's, and switches to the transport that the server has accepted.
fn accept_joined(
    endpoint: &Endpoint,
    secret: Secret,
    offer: TransportOffer,
    progress: &Sender<JoinProgress>,
) -> Result<Channel, Error> {
    let (mut channel, _) = endpoint.accept().map_err(|source| Error::Accept { source })?;
    // The receiver may have given up.
    let _ = progress.send(JoinProgress::Connected(channel.disconnector()));
    match channel.receive() {
        Ok((Message::Joined(joined), _)) if joined.secret == secret => {
            offer.conclude(&mut channel, joined.refused.as_deref(), EXTRA_ARENA_LIMIT)?;
            Ok(channel)
        }
        Ok(_) => Err(Error::Impostor { reason: "it does not know the secret".to_owned() }),
        Err(source) => Err(Error::Accept { source }),
    }
}
