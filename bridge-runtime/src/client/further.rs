//! Further lanes to a server that is there: the client asks for one on a lane that it has, and waits where it says.

use std::io;

use super::generation::Generation;
use crate::error::Error;
use crate::lane::{Endpoint, LaneEnd};
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

    /// Takes the lane, which the server has connected.
    pub(super) fn accept(self) -> Result<LaneEnd, Error> {
        let (mut lane, _) = self.endpoint.accept().map_err(Error::Endpoint)?;
        match lane.receive() {
            Ok((Message::Joined(secret), _)) if secret == self.secret => {}
            Ok(_) => return Err(Error::Impostor("it does not know the secret".to_owned())),
            Err(error) => return Err(Error::Endpoint(error)),
        }
        Ok(lane)
    }
}
