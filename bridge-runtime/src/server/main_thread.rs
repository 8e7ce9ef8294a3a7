//! Bringing messages to the main thread, where other threads read the connections.
//!
//! A server that was started by hand has a thread for each client, and a server in a single-threaded apartment must not block
//! in a read. Their reading threads pass each message to the main thread and wait for its answer, so the library still sees
//! one call at a time, and one thread.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvError, TryRecvError};

use super::connection::ClientConnection;
use super::current::{MessageHandler, idle};
use crate::interface::{Apartment, Description};
use crate::native::Owner;
use crate::sys::{self, InApartment, Pump};
use crate::wire::{Start, StartFailure};

/// Enters the COM apartment that the interface asks for, on the thread that will run the methods. In a single-threaded
/// apartment, also returns the message pump that the thread needs.
///
/// # Errors
/// Why the client cannot be served.
pub(super) fn enter_apartment(description: &Description) -> Result<(Option<InApartment>, Option<Pump>), StartFailure> {
    let Some(apartment) = description.apartment else { return Ok((None, None)) };
    let failure = |error: io::Error| {
        StartFailure::Server(format!("the main thread cannot enter the apartment \"{apartment}\" of COM: {error}"))
    };
    let entered = sys::enter_apartment(apartment).map_err(failure)?;
    let pump = match apartment {
        // Calls to its objects from other apartments arrive as messages.
        Apartment::Sta => Pump::new().map_err(failure)?,
        Apartment::Mta => None,
    };
    Ok((Some(entered), pump))
}

/// Work for the main thread, for a client.
pub(super) struct MainThreadJob {
    pub(super) owner: Owner,
    pub(super) kind: JobKind,
}

pub(super) enum JobKind {
    /// A message has arrived.
    Message {
        connection: ClientConnection,
        /// What the client starts with; present for its first message, which has not been answered yet.
        start: Option<Start>,
        answered: mpsc::Sender<()>,
    },
    /// The client is gone, for this reason.
    End(io::Error),
}

/// The reading threads' end of the queue.
#[derive(Clone)]
pub(super) struct JobSender {
    /// Present until it is dropped.
    sender: Option<mpsc::Sender<MainThreadJob>>,
    pump: Option<Arc<Pump>>,
}

/// The main thread's end of the queue.
pub(super) struct JobReceiver {
    receiver: mpsc::Receiver<MainThreadJob>,
    pump: Option<Arc<Pump>>,
}

/// Makes a queue to this thread, which dispatches window messages while it waits if it has a pump.
pub(super) fn job_queue(pump: Option<Pump>) -> (JobSender, JobReceiver) {
    let (sender, receiver) = mpsc::channel();
    let pump = pump.map(Arc::new);
    (JobSender { sender: Some(sender), pump: pump.clone() }, JobReceiver { receiver, pump })
}

/// Window messages that are dispatched between two looks at the queue, at most: neither starves the other.
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

    /// Reads a connection and passes on each message, until the connection ends. With a `start`, the client waits for the
    /// answer to that first.
    pub(super) fn read(self, connection: &ClientConnection, owner: Owner, mut start: Option<Start>) {
        let error = loop {
            let arrived = if start.is_some() { Ok(()) } else { connection.channel().wait() };
            if let Err(error) = arrived {
                break error;
            }
            let (answered, answer) = mpsc::channel();
            let kind = JobKind::Message { connection: connection.clone(), start: start.take(), answered };
            // Without an answer the connection broke, or the main thread has ended.
            if self.send(MainThreadJob { owner, kind }).and_then(|()| answer.recv()).is_err() {
                break io::ErrorKind::UnexpectedEof.into();
            }
        };
        connection.client().close();
        // Once the main thread has ended there is nobody to tell.
        let _ = self.send(MainThreadJob { owner, kind: JobKind::End(error) });
    }
}

impl Drop for JobSender {
    fn drop(&mut self) {
        self.sender = None;
        self.wake();
    }
}

impl JobReceiver {
    /// Waits for the next job; `None` once there are no more senders. While it waits, windows and timers may call closures of
    /// clients, and `handler` answers the calls that these make.
    ///
    /// # Errors
    /// The system's, if waiting fails.
    pub(super) fn next(&self, handler: Option<&Rc<dyn MessageHandler>>) -> io::Result<Option<MainThreadJob>> {
        let Some(pump) = &self.pump else { return Ok(self.receiver.recv().ok()) };
        loop {
            idle(handler.cloned(), || pump.dispatch(MESSAGES));
            match self.receiver.try_recv() {
                Ok(job) => return Ok(Some(job)),
                Err(TryRecvError::Disconnected) => return Ok(None),
                Err(TryRecvError::Empty) => pump.wait()?,
            }
        }
    }
}
