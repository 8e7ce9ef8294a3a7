//! What needs the main thread. Where other threads read the lanes, each hands its line over for every message, and gets
//! it back when it is answered; so the library sees one call at a time, and one thread.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvError, TryRecvError, channel};

use super::line::{Line, Target, idle};
use crate::interface::{Apartment, Description};
use crate::native::Owner;
use crate::sys::{self, InApartment, Pump};
use crate::wire::{Failure, Start};

/// Has this thread, which is to run the methods, enter the apartment that the interface asks for; also returns the pump
/// for its messages, where it is to look after them.
pub(super) fn enter(description: &Description) -> Result<(Option<InApartment>, Option<Pump>), Failure> {
    let Some(apartment) = description.apartment else { return Ok((None, None)) };
    let failure = |error: io::Error| {
        Failure::Server(format!("the main thread cannot enter the apartment \"{apartment}\" of COM: {error}"))
    };
    let entered = sys::enter_apartment(apartment).map_err(failure)?;
    let pump = match apartment {
        // Whoever calls an object of such an apartment from elsewhere sends its thread a message.
        Apartment::Sta => Pump::new().map_err(failure)?,
        Apartment::Mta => None,
    };
    Ok((Some(entered), pump))
}

/// Work for the main thread, for a client.
pub(super) struct Job {
    pub(super) owner: Owner,
    pub(super) what: What,
}

pub(super) enum What {
    /// A line with a message, and the way back.
    Message {
        line: Arc<Line>,
        /// Present for the first message of a client that has not been answered yet.
        start: Option<Start>,
        back: mpsc::Sender<()>,
    },
    /// The client is gone, for this reason.
    End(io::Error),
}

/// The way to the main thread.
#[derive(Clone)]
pub(super) struct Jobs {
    /// Present until it is dropped.
    sender: Option<mpsc::Sender<Job>>,
    pump: Option<Arc<Pump>>,
}

/// The main thread's end.
pub(super) struct Waiting {
    receiver: mpsc::Receiver<Job>,
    pump: Option<Arc<Pump>>,
}

/// A way to this thread, which looks after its messages meanwhile if it has a pump.
pub(super) fn jobs(pump: Option<Pump>) -> (Jobs, Waiting) {
    let (sender, receiver) = channel();
    let pump = pump.map(Arc::new);
    (Jobs { sender: Some(sender), pump: pump.clone() }, Waiting { receiver, pump })
}

/// Messages between two looks at the calls, at most: neither keeps the other from its turn.
const MESSAGES: usize = 64;

impl Jobs {
    fn send(&self, job: Job) -> Result<(), RecvError> {
        let is_sent = self.sender.as_ref().is_some_and(|sender| sender.send(job).is_ok());
        self.wake();
        if is_sent { Ok(()) } else { Err(RecvError) }
    }

    fn wake(&self) {
        if let Some(pump) = &self.pump {
            pump.wake();
        }
    }

    /// Hands over each message of a lane until it ends, and says so. With a `start`, the client waits for an answer.
    pub(super) fn read(self, line: &Arc<Line>, owner: Owner, mut start: Option<Start>) {
        let error = loop {
            let arrived = if start.is_some() { Ok(()) } else { line.lane().wait() };
            if let Err(error) = arrived {
                break error;
            }
            let (back, answered) = channel();
            let what = What::Message { line: Arc::clone(line), start: start.take(), back };
            // Without an answer the line broke, or the main thread has ended.
            if self.send(Job { owner, what }).and_then(|()| answered.recv()).is_err() {
                break io::ErrorKind::UnexpectedEof.into();
            }
        };
        line.link().close();
        // Nobody hears it once the main thread has ended.
        let _ = self.send(Job { owner, what: What::End(error) });
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.sender = None;
        self.wake();
    }
}

impl Waiting {
    /// The next job; `None` when nobody is left to send one. What windows and timers do meanwhile may run closures of clients,
    /// whose calls `target` carries out.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn next(&self, target: Option<&Rc<dyn Target>>) -> io::Result<Option<Job>> {
        let Some(pump) = &self.pump else { return Ok(self.receiver.recv().ok()) };
        loop {
            idle(target.cloned(), || pump.dispatch(MESSAGES));
            match self.receiver.try_recv() {
                Ok(job) => return Ok(Some(job)),
                Err(TryRecvError::Disconnected) => return Ok(None),
                Err(TryRecvError::Empty) => pump.wait()?,
            }
        }
    }
}
