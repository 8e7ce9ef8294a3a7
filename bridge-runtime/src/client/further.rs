//! Further lanes to a server that is there: the client asks for one on a lane that it has, and waits where it says.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use super::generation::Generation;
use crate::error::Error;
use crate::lane::{Breaker, Endpoint, LaneEnd};
use crate::secret;
use crate::wire::{Message, Open, Purpose, Secret};

/// A lane that the server is asked to connect.
pub(super) struct Opening {
    endpoint: Endpoint,
    secret: Secret,
    purpose: Purpose,
}

impl Opening {
    pub(super) fn new(generation: &Generation, purpose: Purpose) -> io::Result<Self> {
        Ok(Self { endpoint: Endpoint::new(generation.is_under_wine())?, secret: secret::random()?, purpose })
    }

    /// What asks the server for it.
    pub(super) fn message(&self) -> Message {
        Message::Open(Box::new(Open { address: self.endpoint.address(), secret: self.secret, purpose: self.purpose }))
    }

    /// Takes the lane, which the server says that it has connected: that must be so, and is waited for no longer than
    /// `patience`; `None` after that.
    pub(super) fn accept(self, patience: Duration) -> Result<Option<LaneEnd>, Error> {
        let Self { endpoint, secret, .. } = self;
        let endpoint = Arc::new(endpoint);
        let (step, next) = channel();
        let accepting = {
            let endpoint = Arc::clone(&endpoint);
            // Whoever waits for it may have given up.
            move || drop(step.send(Step::Joined(join(&endpoint, secret, &step))))
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

fn join(endpoint: &Endpoint, secret: Secret, step: &Sender<Step>) -> Result<LaneEnd, Error> {
    let (mut lane, _) = endpoint.accept().map_err(Error::Endpoint)?;
    // Nobody else hears it.
    let _ = step.send(Step::Connected(lane.breaker()));
    match lane.receive() {
        Ok((Message::Joined(said), _)) if said == secret => Ok(lane),
        Ok(_) => Err(Error::Impostor("it does not know the secret".to_owned())),
        Err(error) => Err(Error::Endpoint(error)),
    }
}
