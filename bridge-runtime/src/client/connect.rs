//! Reaching a server that this program did not start, within a time.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::generation::{Generation, Server};
use super::meet::{MeetingError, meet};
use super::session::FIRST;
use super::start::info;
use crate::error::Error;
use crate::interface::Description;
use crate::lane::{Breaker, LaneEnd};
use crate::wire::{Ready, Secret, Start};

/// Why a server was not reached.
#[derive(Debug)]
pub(super) enum Unreached {
    /// There is none.
    Nobody(io::Error),
    /// It did not answer in time.
    Late,
    /// It was reached, and then this.
    Error(Error),
}

/// What happens meanwhile.
enum Event {
    Reached(Breaker),
    Done(Result<(LaneEnd, u32, Ready), Unreached>),
}

/// Meets the server at the end of the lane that `reach` makes: in a thread of its own, so that this one returns in time
/// whatever the server does.
pub(super) fn join(
    description: &'static Description,
    secret: Secret,
    start: Start,
    timeout: Duration,
    reach: impl FnOnce() -> io::Result<LaneEnd> + Send + 'static,
) -> Result<(Generation, LaneEnd), Unreached> {
    let (events, next) = channel();
    let meeting = move || {
        let done = reach().map_err(Unreached::Nobody).and_then(|mut lane| {
            // Whoever waits for this may have given up; then nobody waits for the rest, either.
            let _ = events.send(Event::Reached(lane.breaker()));
            match meet(&mut lane, description, secret, start) {
                Ok((pid, ready)) => Ok((lane, pid, ready)),
                Err(MeetingError::Final(error)) => Err(Unreached::Error(error)),
                Err(MeetingError::Line(error)) => Err(Unreached::Error(Error::Disconnected(error))),
            }
        });
        let _ = events.send(Event::Done(done));
    };
    let thread = std::thread::Builder::new().name("bridge32 meeting".to_owned()).spawn(meeting);
    thread.map_err(|error| Unreached::Error(Error::Endpoint(error)))?;
    let (breaker, done) = wait(&next, timeout);
    let (lane, pid, ready) = done.inspect_err(|_| breaker.break_lane())?;
    Ok((Generation::new(info(pid, FIRST, ready), Server::Connected, &lane), lane))
}

/// What became of it, and what ends it where it is not over.
fn wait(next: &Receiver<Event>, timeout: Duration) -> (Breaker, Result<(LaneEnd, u32, Ready), Unreached>) {
    let begin = Instant::now();
    let mut breaker = Breaker::default();
    loop {
        match next.recv_timeout(timeout.saturating_sub(begin.elapsed())) {
            Ok(Event::Reached(reached)) => breaker = reached,
            Ok(Event::Done(done)) => return (breaker, done),
            Err(RecvTimeoutError::Timeout) => return (breaker, Err(Unreached::Late)),
            Err(RecvTimeoutError::Disconnected) => {
                let error = Error::Disconnected(io::ErrorKind::UnexpectedEof.into());
                return (breaker, Err(Unreached::Error(error)));
            }
        }
    }
}
