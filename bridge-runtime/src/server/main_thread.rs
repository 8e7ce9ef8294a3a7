//! Passing messages from the threads that read connections to the main thread.
//!
//! A server that was started by hand has a reading thread for each client. A server in a single-threaded apartment has one
//! because its main thread must dispatch window messages while it waits. A reading thread passes each message to the main thread
//! and waits until it has been answered. So the library sees one call at a time, on one thread.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvError, TryRecvError};

use super::connection::ClientConnection;
use super::current::{MessageHandler, idle};
use crate::interface::{Apartment, Description};
use crate::native::Owner;
use crate::sys::{self, Executing, InApartment, Pump, WINDOW_MESSAGE};
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
        /// The client's start message; present if the handshake has not been completed yet.
        start: Option<Start>,
        answered: mpsc::Sender<()>,
    },
    /// The client has disconnected, or its connection broke with this error.
    Disconnected(io::Error),
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

/// Makes a queue of jobs for this thread, which dispatches window messages while it waits if it has a pump.
pub(super) fn job_queue(pump: Option<Pump>) -> (JobSender, JobReceiver) {
    let (sender, receiver) = mpsc::channel();
    let pump = pump.map(Arc::new);
    (JobSender { sender: Some(sender), pump: pump.clone() }, JobReceiver { receiver, pump })
}

/// The maximum number of window messages that are dispatched before the queue is checked again: neither must starve the other.
const MESSAGE_BATCH: usize = 64;

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

    /// Reads a connection and passes each message to the main thread, until the connection closes. A `start` message is passed
    /// before that.
    pub(super) fn read(self, connection: &ClientConnection, owner: Owner, mut start: Option<Start>) {
        let error = loop {
            let arrived = if start.is_some() { Ok(()) } else { connection.channel().wait() };
            if let Err(error) = arrived {
                break error;
            }
            let (answered, answer) = mpsc::channel();
            let kind = JobKind::Message { connection: connection.clone(), start: start.take(), answered };
            // Fails if the connection broke while the message was answered, or if the main thread has ended.
            if self.send(MainThreadJob { owner, kind }).and_then(|()| answer.recv()).is_err() {
                break io::ErrorKind::UnexpectedEof.into();
            }
        };
        connection.client().close();
        // This fails if the main thread has ended, which then does not need it.
        let _ = self.send(MainThreadJob { owner, kind: JobKind::Disconnected(error) });
    }
}

impl Drop for JobSender {
    fn drop(&mut self) {
        self.sender = None;
        self.wake();
    }
}

impl JobReceiver {
    /// Waits for the next job; `None` once all senders are dropped. Window messages that are dispatched meanwhile may call
    /// closures of clients; `handler` handles the nested calls of those closures.
    ///
    /// # Errors
    /// The system's, if waiting fails.
    pub(super) fn next(&self, handler: Option<&Rc<dyn MessageHandler>>) -> io::Result<Option<MainThreadJob>> {
        let Some(pump) = &self.pump else { return Ok(self.receiver.recv().ok()) };
        loop {
            idle(handler.cloned(), || {
                let _noted = Executing::begin(&WINDOW_MESSAGE);
                pump.dispatch(MESSAGE_BATCH)
            });
            match self.receiver.try_recv() {
                Ok(job) => return Ok(Some(job)),
                Err(TryRecvError::Disconnected) => return Ok(None),
                Err(TryRecvError::Empty) => pump.wait()?,
            }
        }
    }
}
