//! The lane for events: closures that the library calls outside of any call, from threads of its own.

use std::io;
use std::sync::{Arc, Weak};

use super::callbacks::{Answer, RegisteredClosure, Registry, guarded};
use super::generation::Generation;
use crate::error::Error;
use crate::lane::{Endpoint, LaneEnd};
use crate::marshal::Buffer;
use crate::registration::Registration;
use crate::secret;
use crate::wire::{Message, Secret};

/// A lane that the server is asked to connect.
pub(super) struct Opening {
    endpoint: Endpoint,
    secret: Secret,
}

impl Opening {
    pub(super) fn new(generation: &Generation) -> io::Result<Self> {
        // A Windows server of a Unix client is one under Wine.
        let for_wine = cfg!(unix) && generation.info.os == "windows";
        Ok(Self { endpoint: Endpoint::new(for_wine)?, secret: secret::random()? })
    }

    /// What asks the server for it.
    pub(super) fn message(&self) -> Message {
        Message::OpenEvents { address: self.endpoint.address(), secret: self.secret }
    }

    /// Takes the lane, which the server has connected, and starts the thread that serves it.
    pub(super) fn accept(self, generation: &Generation) -> Result<(), Error> {
        let (mut lane, _) = self.endpoint.accept().map_err(Error::Endpoint)?;
        match lane.receive() {
            Ok((Message::Joined(secret), _)) if secret == self.secret => {}
            Ok(_) => return Err(Error::Impostor("it does not know the secret".to_owned())),
            Err(error) => return Err(Error::Endpoint(error)),
        }
        // Only one thread at a time has the line, and asks for this.
        let _ = generation.events.set(lane.breaker());
        let registry = Arc::clone(&generation.registry);
        let thread = std::thread::Builder::new().name("bridge32 events".to_owned());
        thread.spawn(move || serve(lane, &registry)).map(drop).map_err(Error::Endpoint)
    }
}

/// Registers a closure with a server.
pub(super) fn register(generation: &Arc<Generation>, closure: RegisteredClosure) -> (u32, Registration) {
    let number = generation.registry.insert(closure);
    let registry = Arc::clone(&generation.registry);
    let generation: Weak<Generation> = Arc::downgrade(generation);
    let registration = Registration::new(move || registry.remove(number)).with_state(move || {
        generation.upgrade().is_some_and(|generation| !generation.registry.is_closed() && !generation.has_ended())
    });
    (number, registration)
}

/// Runs what the server asks for, until the lane ends.
fn serve(mut lane: LaneEnd, registry: &Registry) {
    let mut answer = Answer::new(Buffer::default());
    while lane.wait().is_ok() {
        let Ok((Message::Event { registration }, arguments)) = lane.received() else { return };
        let sent = match guarded(|| registry.run(registration, arguments, &mut answer)) {
            Ok(()) => lane.send_other(answer.buffer()),
            Err(fault) => lane.say(&Message::Fault(fault)),
        };
        if sent.is_err() {
            return;
        }
    }
}
