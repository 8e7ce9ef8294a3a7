//! What needs the main thread. Where other threads read the connections, each hands its line over for every message, and gets
//! it back when it is answered; so the library sees one call at a time, and one thread.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvError, TryRecvError, channel};

use super::connection::{ClientConnection, DispatchTarget, idle};
use crate::interface::{Apartment, Description};
use crate::native::Owner;
use crate::sys::{self, InApartment, Pump};
use crate::wire::{Start, StartFailure};

/// Has this thread, which is to run the methods, enter the apartment that the interface asks for; also returns the pump
/// for its messages, where it is to look after them.
pub(super) fn enter(description: &Description) -> Result<(Option<InApartment>, Option<Pump>), StartFailure> {
    let Some(apartment) = description.apartment else { return Ok((None, None)) };
    let failure = |error: io::Error| {
        StartFailure::Server(format!("the main thread cannot enter the apartment \"{apartment}\" of COM: {error}"))
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
pub(super) struct MainThreadJob {
    pub(super) owner: Owner,
    pub(super) what: JobKind,
}

pub(super) enum JobKind {
    /// A line with a message, and the way back.
    Message {
        connection: Arc<ClientConnection>,
        /// Present for the first message of a client that has not been answered yet.
        start: Option<Start>,
        back: mpsc::Sender<()>,
    },
    /// The client is gone, for this reason.
    End(io::Error),
}

/// The way to the main thread.
#[derive(Clone)]
pub(super) struct JobSender {
    /// Present until it is dropped.
    sender: Option<mpsc::Sender<MainThreadJob>>,
    pump: Option<Arc<Pump>>,
}

/// The main thread's end.
pub(super) struct JobReceiver {
    receiver: mpsc::Receiver<MainThreadJob>,
    pump: Option<Arc<Pump>>,
}

/// A way to this thread, which looks after its messages meanwhile if it has a pump.
pub(super) fn jobs(pump: Option<Pump>) -> (JobSender, JobReceiver) {
    let (sender, receiver) = channel();
    let pump = pump.map(Arc::new);
    (JobSender { sender: Some(sender), pump: pump.clone() }, JobReceiver { receiver, pump })
}

/// Messages between two looks at the calls, at most: neither keeps the other from its turn.
const MESSAGES: usize = 64;

impl JobSender {
    fn send(&self, job: MainThreadJob) -> Result<(), RecvError> {
        let is_sent = self.sender.as_ref().is_some_and(|sender| sender.send(job).is_ok());
        self.wake();
        if is_sent { Ok(()) } else { Err(RecvError) }
    }

    fn wake(&self) {
        if let Some(pump) = &self.pump {
            pump.wake();
        }
    }

    /// Hands over each message of a connection until it ends, and says so. With a `start`, the client waits for an answer.
    pub(super) fn read(self, connection: &Arc<ClientConnection>, owner: Owner, mut start: Option<Start>) {
        let error = loop {
            let arrived = if start.is_some() { Ok(()) } else { connection.channel().wait() };
            if let Err(error) = arrived {
                break error;
            }
            let (back, answered) = channel();
            let what = JobKind::Message { connection: Arc::clone(connection), start: start.take(), back };
            // Without an answer the line broke, or the main thread has ended.
            if self.send(MainThreadJob { owner, what }).and_then(|()| answered.recv()).is_err() {
                break io::ErrorKind::UnexpectedEof.into();
            }
        };
        connection.client_state().close();
        // Nobody hears it once the main thread has ended.
        let _ = self.send(MainThreadJob { owner, what: JobKind::End(error) });
    }
}

impl Drop for JobSender {
    fn drop(&mut self) {
        self.sender = None;
        self.wake();
    }
}

impl JobReceiver {
    /// The next job; `None` when nobody is left to send one. What windows and timers do meanwhile may run closures of clients,
    /// whose calls `target` carries out.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn next(&self, target: Option<&Rc<dyn DispatchTarget>>) -> io::Result<Option<MainThreadJob>> {
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
