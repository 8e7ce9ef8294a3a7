//! Extra connections to a server that is there: the client asks for one on a connection that it has, and waits where it says.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use super::instance::ServerInstance;
use super::transport::{Transport, TransportOffer, TransportRequest};
use crate::error::Error;
use crate::secret;
use crate::transport::{Channel, Disconnector, EXTRA_ARENA_LIMIT, Endpoint};
use crate::wire::{Message, OpenConnection, Purpose, Secret};

/// A connection that the server is asked to connect.
pub(super) struct ExtraConnection {
    endpoint: Endpoint,
    secret: Secret,
    purpose: Purpose,
    offered: TransportOffer,
}

/// Fast connections that one server has beside its first: each has half a megabyte of its addresses, and `EXTRA_ARENA_LIMIT`.
const FAST: u32 = 16;

impl ExtraConnection {
    pub(super) fn new(instance: &ServerInstance, purpose: Purpose) -> Result<Self, Error> {
        let for_wine = instance.is_under_wine();
        let is_fast = match purpose {
            Purpose::Calls => instance.extra_connections.fetch_add(1, Ordering::Relaxed) < FAST,
            // A thread of the client's waits there all the time, for what comes seldom.
            Purpose::Events => false,
        };
        let channel = if is_fast { instance.info.transport } else { Transport::Pipe };
        let offered = TransportRequest::extra(channel, for_wine).offer()?;
        let endpoint = Endpoint::new(for_wine).map_err(Error::Endpoint)?;
        Ok(Self { endpoint, secret: secret::random().map_err(Error::Endpoint)?, purpose, offered })
    }

    /// What asks the server for it.
    pub(super) fn message(&self) -> Message {
        let Self { endpoint, secret, purpose, offered } = self;
        let (secret, purpose) = (*secret, *purpose);
        Message::OpenConnection(Box::new(OpenConnection {
            address: endpoint.address(),
            secret,
            purpose,
            memory: offered.address(),
        }))
    }

    /// Takes the connection, which the server says that it has connected: that must be so, and is waited for no longer than
    /// `patience`; `None` after that.
    pub(super) fn accept(self, patience: Duration) -> Result<Option<Channel>, Error> {
        let Self { endpoint, secret, offered, .. } = self;
        let endpoint = Arc::new(endpoint);
        let (step, next) = channel();
        let accepting = {
            let endpoint = Arc::clone(&endpoint);
            // Whoever waits for it may have given up.
            move || drop(step.send(Step::Joined(join(&endpoint, secret, offered, &step))))
        };
        let thread = std::thread::Builder::new().name("bridge32 meeting".to_owned()).spawn(accepting);
        thread.map_err(Error::Endpoint)?;
        let begin = Instant::now();
        let mut disconnector = Disconnector::default();
        loop {
            match next.recv_timeout(patience.saturating_sub(begin.elapsed())) {
                Ok(Step::Connected(connected)) => disconnector = connected,
                Ok(Step::Joined(joined)) => return joined.map(Some),
                Err(_) => {
                    endpoint.wake();
                    disconnector.disconnect();
                    return Ok(None);
                }
            }
        }
    }
}

/// How far the server has come.
enum Step {
    /// It has connected; this ends the wait for its word.
    Connected(Disconnector),
    Joined(Result<Channel, Error>),
}

fn join(endpoint: &Endpoint, secret: Secret, offered: TransportOffer, step: &Sender<Step>) -> Result<Channel, Error> {
    let (mut channel, _) = endpoint.accept().map_err(Error::Endpoint)?;
    // Nobody else hears it.
    let _ = step.send(Step::Connected(channel.disconnector()));
    match channel.receive() {
        Ok((Message::Joined(joined), _)) if joined.secret == secret => {
            offered.take(&mut channel, joined.refused.as_deref(), EXTRA_ARENA_LIMIT)?;
            Ok(channel)
        }
        Ok(_) => Err(Error::Impostor("it does not know the secret".to_owned())),
        Err(error) => Err(Error::Endpoint(error)),
    }
}
