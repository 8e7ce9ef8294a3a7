//! The lane for events: closures that the library calls outside of any call, from threads of its own or because of a
//! message to the server's main thread.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use super::callbacks::{Answer, RegisteredClosure, guarded};
use super::generation::Generation;
use super::line::Line;
use super::parked::{EVENTS, park};
use crate::lane::LaneEnd;
use crate::marshal::Buffer;
use crate::registration::Registration;
use crate::wire::Message;

/// Starts the thread that serves a lane for events.
pub(super) fn start(generation: &Arc<Generation>, lane: LaneEnd) -> io::Result<()> {
    // Where two threads have opened one each, the server uses the later one, and the other's thread ends.
    let _ = generation.events.set(lane.breaker());
    let line = Line::new(Arc::clone(generation), lane);
    let thread = std::thread::Builder::new().name("bridge32 events".to_owned());
    thread.spawn(move || serve(line)).map(drop)
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
fn serve(mut line: Line) {
    let mut answer = Answer::new(Buffer::default());
    while serve_one(&mut line, &mut answer).is_some() {}
}

/// The next closure; `None` where there is none.
fn serve_one(line: &mut Line, answer: &mut Answer) -> Option<()> {
    let registry = Arc::clone(&line.generation.registry);
    let lane = line.lane().ok()?;
    lane.wait().ok()?;
    let (message, mut taken) = lane.take().ok()?;
    let mut run = |registration| guarded(|| registry.run(registration, taken.decoder(), answer));
    let result = match message {
        Message::Event { registration } => run(registration),
        Message::NestingEvent { registration } => {
            let owner = line.generation.owner.load(Ordering::SeqCst);
            park(owner, EVENTS, line, || run(registration))
        }
        _ => return None,
    };
    let lane = line.lane().ok()?;
    lane.give_back(taken);
    let sent = match result {
        Ok(()) => {
            lane.exchange(answer.buffer());
            lane.send()
        }
        Err(fault) => lane.say(&Message::Fault(fault)),
    };
    sent.ok()
}
