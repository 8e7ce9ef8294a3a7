//! Launching a server process and shaking hands with it, as often as the session asks for it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use super::info::{ServerInfo, describe};
use super::instance::{Server, ServerInstance};
use crate::error::Error;
use crate::handshake::{Agreement, HANDSHAKE_THREAD, HandshakeError, TransportRequest, shake_hands};
use crate::interface::Description;
use crate::process::{Launch, LaunchedServer, Program};
use crate::sync::spawn_named;
use crate::transport::{Channel, Endpoint};
use crate::wire::Start;

/// Everything that is needed to start a server.
pub(super) struct Starter {
    pub(super) description: &'static Description,
    pub(super) launch: Launch,
    pub(super) server: PathBuf,
    pub(super) program: Program,
    /// Without the secret, which each server gets anew.
    pub(super) start: Start,
    pub(super) transport: TransportRequest,
    pub(super) timeout: Duration,
}

/// What happens while a server starts.
enum StartEvent {
    HandshakeDone(Box<HandshakeResult>),
    ProcessEnded,
}

type HandshakeResult = Result<(Channel, Agreement), HandshakeError>;

/// How long a server may take to end by itself after its connection has broken during the handshake.
const END_PATIENCE: Duration = Duration::from_secs(1);

impl Starter {
    /// Starts the process, and shakes hands with it on a thread of its own, so that this returns in time in any case.
    ///
    /// # Errors
    /// Why there is no server. Nothing is left running.
    pub(super) fn start(&self, generation: u32) -> Result<(ServerInstance, Channel), Error> {
        let endpoint = Arc::new(Endpoint::new(self.program.is_foreign()).map_err(|source| Error::Endpoint { source })?);
        let (events, receiver) = mpsc::channel();
        let ended = events.clone();
        let on_end = move || drop(ended.send(StartEvent::ProcessEnded));
        let LaunchedServer { supervisor, command, secrets, is_direct } =
            self.launch.start(&self.server, self.program, &endpoint, on_end)?;
        let expected_pid = is_direct.then(|| supervisor.pid());
        let start = Start { secret: secrets.client, ..self.start.clone() };
        let (description, transport) = (self.description, self.transport);
        let handshake = {
            let endpoint = Arc::clone(&endpoint);
            spawn_named(HANDSHAKE_THREAD, move || {
                // While the server starts, what does not need it is made.
                let result = transport.offer().map_err(HandshakeError::Refused).and_then(|offer| {
                    let mut channel = accept(&endpoint, expected_pid)?;
                    let agreement = shake_hands(&mut channel, description, secrets.server, start, offer)?;
                    Ok((channel, agreement))
                });
                // First, so that its files are gone when the start is over.
                drop(endpoint);
                let _ = events.send(StartEvent::HandshakeDone(Box::new(result)));
            })
        };
        let failed = |error| {
            // The first error is the one to report.
            let _ = supervisor.end(Duration::ZERO);
            endpoint.wake();
            Err(error)
        };
        if let Err(error) = handshake {
            return failed(Error::thread(HANDSHAKE_THREAD)(error));
        }
        let Some(result) = self.wait(&receiver, &endpoint) else {
            let stderr = supervisor.stderr();
            return failed(Error::StartTimeout { command, after: self.timeout, stderr });
        };
        match result {
            Ok((channel, agreement)) => {
                let info = ServerInfo { pid: supervisor.pid(), generation, ..describe(agreement) };
                crate::trace::started(info.pid, generation, &info.path);
                Ok((ServerInstance::new(info, Server::Launched(supervisor), &channel), channel))
            }
            Err(HandshakeError::Refused(error)) => failed(error),
            Err(HandshakeError::Connection(error)) => match supervisor.end(END_PATIENCE) {
                Ok(end) => Err(Error::ServerNotReady { command, status: end.status, stderr: end.stderr }),
                Err(_) => failed(Error::disconnected(error)),
            },
        }
    }

    /// Waits for the result of the handshake; `None` if there is none in time.
    fn wait(&self, receiver: &Receiver<StartEvent>, endpoint: &Endpoint) -> Option<HandshakeResult> {
        let broken = || Some(Err(HandshakeError::Connection(io::ErrorKind::UnexpectedEof.into())));
        match receiver.recv_timeout(self.timeout) {
            Ok(StartEvent::HandshakeDone(result)) => Some(*result),
            // What the server said before it ended is why it ended.
            Ok(StartEvent::ProcessEnded) => {
                endpoint.wake();
                match receiver.recv_timeout(self.timeout) {
                    Ok(StartEvent::HandshakeDone(result)) => Some(*result),
                    _ => broken(),
                }
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => broken(),
        }
    }
}

/// Accepts the server's connection. `expected_pid` is the process that was started, if that is the server itself.
fn accept(endpoint: &Endpoint, expected_pid: Option<u32>) -> Result<Channel, HandshakeError> {
    let (channel, pid) = endpoint.accept().map_err(HandshakeError::Connection)?;
    match (pid, expected_pid) {
        (Some(pid), Some(expected)) if pid != expected => {
            Err(Error::Impostor { reason: format!("it is process {pid}, and the server is process {expected}") }.into())
        }
        _ => Ok(channel),
    }
}
