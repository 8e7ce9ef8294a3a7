//! The lane for events: closures that the library calls outside of any call, from threads of its own.

use std::io;
use std::sync::{Arc, Weak};

use super::callbacks::{Answer, RegisteredClosure, Registry, guarded};
use super::generation::Generation;
use crate::lane::LaneEnd;
use crate::marshal::Buffer;
use crate::registration::Registration;
use crate::wire::Message;

/// Starts the thread that serves a lane for events.
pub(super) fn start(generation: &Generation, lane: LaneEnd) -> io::Result<()> {
    // Where two threads have opened one each, the server uses the later one, and the other's thread ends.
    let _ = generation.events.set(lane.breaker());
    let registry = Arc::clone(&generation.registry);
    let thread = std::thread::Builder::new().name("bridge32 events".to_owned());
    thread.spawn(move || serve(lane, &registry)).map(drop)
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
            Err(fault) => lane.say(&Message::Fault(Box::new(fault))),
        };
        if sent.is_err() {
            return;
        }
    }
}
