//! Further lanes to a server that is there: the client asks for one on a lane that it has, and waits where it says.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use super::generation::Generation;
use super::lane::{Choice, Offered, Transport};
use crate::error::Error;
use crate::lane::{Breaker, Endpoint, LaneEnd, WIDEST_FURTHER};
use crate::secret;
use crate::wire::{Message, Open, Purpose, Secret};

/// A lane that the server is asked to connect.
pub(super) struct Opening {
    endpoint: Endpoint,
    secret: Secret,
    purpose: Purpose,
    offered: Offered,
}

/// Fast lanes that one server has beside its first: each has half a megabyte of its addresses, and `WIDEST_FURTHER`.
const FAST: u32 = 16;

impl Opening {
    pub(super) fn new(generation: &Generation, purpose: Purpose) -> Result<Self, Error> {
        let for_wine = generation.is_under_wine();
        let is_fast = match purpose {
            Purpose::Calls => generation.further_lanes.fetch_add(1, Ordering::Relaxed) < FAST,
            // A thread of the client's waits there all the time, for what comes seldom.
            Purpose::Events => false,
        };
        let lane = if is_fast { generation.info.transport } else { Transport::Pipe };
        let offered = Choice::further(lane, for_wine).offer()?;
        let endpoint = Endpoint::new(for_wine).map_err(Error::Endpoint)?;
        Ok(Self { endpoint, secret: secret::random().map_err(Error::Endpoint)?, purpose, offered })
    }

    /// What asks the server for it.
    pub(super) fn message(&self) -> Message {
        let Self { endpoint, secret, purpose, offered } = self;
        let (secret, purpose) = (*secret, *purpose);
        Message::Open(Box::new(Open { address: endpoint.address(), secret, purpose, memory: offered.address() }))
    }

    /// Takes the lane, which the server says that it has connected: that must be so, and is waited for no longer than
    /// `patience`; `None` after that.
    pub(super) fn accept(self, patience: Duration) -> Result<Option<LaneEnd>, Error> {
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
        let mut breaker = Breaker::default();
        loop {
            match next.recv_timeout(patience.saturating_sub(begin.elapsed())) {
                Ok(Step::Connected(connected)) => breaker = connected,
                Ok(Step::Joined(joined)) => return joined.map(Some),
                Err(_) => {
                    endpoint.wake();
                    breaker.break_lane();
                    return Ok(None);
                }
            }
        }
    }
}

/// How far the server has come.
enum Step {
    /// It has connected; this ends the wait for its word.
    Connected(Breaker),
    Joined(Result<LaneEnd, Error>),
}

fn join(endpoint: &Endpoint, secret: Secret, offered: Offered, step: &Sender<Step>) -> Result<LaneEnd, Error> {
    let (mut lane, _) = endpoint.accept().map_err(Error::Endpoint)?;
    // Nobody else hears it.
    let _ = step.send(Step::Connected(lane.breaker()));
    match lane.receive() {
        Ok((Message::Joined(joined), _)) if joined.secret == secret => {
            offered.take(&mut lane, joined.refused.as_deref(), WIDEST_FURTHER)?;
            Ok(lane)
        }
        Ok(_) => Err(Error::Impostor("it does not know the secret".to_owned())),
        Err(error) => Err(Error::Endpoint(error)),
    }
}
