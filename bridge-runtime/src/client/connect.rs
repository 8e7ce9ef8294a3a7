//! Reaching a server that this program did not start, within a time.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{io, mem};

use super::generation::{Generation, Server};
use super::lane::Choice;
use super::meet::{MeetingError, meet};
use super::session::FIRST;
use super::start::info;
use crate::error::Error;
use crate::interface::Description;
use crate::lane::{Breaker, LaneEnd};
use crate::wire::{Secret, Start};

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

/// How far the meeting is, for the one who waits for it.
enum Progress {
    /// There is no lane yet.
    Reaching,
    /// This ends the wait on the lane.
    Meeting(Breaker),
    /// Nobody waits any more.
    GivenUp,
}

/// Meets the server at the end of the lane that `reach` makes: in a thread of its own, so that this one returns in time
/// whatever the server does.
pub(super) fn join(
    description: &'static Description,
    secret: Secret,
    (start, choice): (Start, Choice),
    timeout: Duration,
    reach: impl FnOnce() -> io::Result<LaneEnd> + Send + 'static,
) -> Result<(Generation, LaneEnd), Unreached> {
    let (done, result) = channel();
    let progress = Arc::new(Mutex::new(Progress::Reaching));
    let meeting = {
        let progress = Arc::clone(&progress);
        move || {
            let met = reach().map_err(Unreached::Nobody).and_then(|mut lane| {
                {
                    let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Progress::GivenUp = *progress {
                        return Err(Unreached::Late);
                    }
                    *progress = Progress::Meeting(lane.breaker());
                }
                let offered = choice.offer().map_err(Unreached::Error)?;
                match meet(&mut lane, description, secret, start, offered) {
                    Ok((pid, ready, taken)) => Ok((lane, pid, ready, taken)),
                    Err(MeetingError::Final(error)) => Err(Unreached::Error(error)),
                    Err(MeetingError::Line(error)) => Err(Unreached::Error(Error::Disconnected(error))),
                }
            });
            // Whoever waited for it may have given up.
            let _ = done.send(met);
        }
    };
    let thread = std::thread::Builder::new().name("bridge32 meeting".to_owned()).spawn(meeting);
    thread.map_err(|error| Unreached::Error(Error::Endpoint(error)))?;
    let met = result.recv_timeout(timeout).unwrap_or_else(|error| {
        let before = mem::replace(&mut *progress.lock().unwrap_or_else(PoisonError::into_inner), Progress::GivenUp);
        if let Progress::Meeting(breaker) = before {
            breaker.break_lane();
        }
        Err(match error {
            RecvTimeoutError::Timeout => Unreached::Late,
            RecvTimeoutError::Disconnected => {
                Unreached::Error(Error::Disconnected(io::ErrorKind::UnexpectedEof.into()))
            }
        })
    });
    let (lane, pid, ready, taken) = met?;
    Ok((Generation::new(info(pid, FIRST, ready, taken), Server::Connected, &lane), lane))
}
