//! Starting a server process and shaking hands with it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::info::ServerInfo;
use super::instance::{EndReason, Server, ServerInstance};
use crate::error::Error;
use crate::handshake::{Agreement, HANDSHAKE_THREAD, HandshakeError, Secrets, Transport, TransportOffer, shake_hands};
use crate::interface::Description;
use crate::process::{Launch, LaunchedServer, ProcessExit, Program};
use crate::sync::spawn_named;
use crate::sys::ControlSender;
use crate::transport::{Channel, Endpoint, Route};
use crate::wire::Start;

/// Starts server processes with the same settings, the first time and for each restart.
pub(super) struct Starter {
    pub(super) description: &'static Description,
    pub(super) launch: Launch,
    pub(super) server: PathBuf,
    pub(super) program: Program,
    /// The start message without the secret, which is new for each server.
    pub(super) start: Start,
    pub(super) transport: Transport,
    /// The folder in which the server finds its client, instead of being handed the connection.
    pub(super) runtime_dir: Option<PathBuf>,
    pub(super) timeout: Duration,
}

/// The events of one start of a server.
pub(super) struct StartEvents {
    sender: Sender<StartEvent>,
    receiver: Receiver<StartEvent>,
}

/// Interrupts the start of a server from another thread.
#[derive(Debug)]
pub(super) struct StartInterrupter(Sender<StartEvent>);

/// An event during the start of a server.
enum StartEvent {
    HandshakeDone(Box<HandshakeResult>),
    ProcessExited,
    Interrupted(EndReason),
}

type HandshakeResult = Result<(Channel, Agreement), HandshakeError>;

/// Why there is no result of a handshake.
enum NoResult {
    Timeout,
    Interrupted(EndReason),
}

/// How long a server may take to exit by itself after its connection has broken during the handshake.
const EXIT_PATIENCE: Duration = Duration::from_secs(1);

impl StartEvents {
    pub(super) fn new() -> Self {
        let (sender, receiver) = channel();
        Self { sender, receiver }
    }

    /// Returns what interrupts this start.
    pub(super) fn interrupter(&self) -> StartInterrupter {
        StartInterrupter(self.sender.clone())
    }

    /// Sleeps before the start.
    ///
    /// # Errors
    /// The reason why the start was interrupted.
    pub(super) fn pause(&self, duration: Duration) -> Result<(), Error> {
        match self.receiver.recv_timeout(duration) {
            Ok(StartEvent::Interrupted(reason)) => Err(reason.error(None)),
            // Nothing else happens before the start, and this end of the channel is open.
            _ => Ok(()),
        }
    }
}

impl StartInterrupter {
    /// Interrupts the start. Does nothing if it is over.
    pub(super) fn interrupt(&self, reason: EndReason) {
        // The receiver is gone if the start is over.
        let _ = self.0.send(StartEvent::Interrupted(reason));
    }
}

impl Starter {
    /// Starts the process and shakes hands with it. The handshake runs on a separate thread, so that this returns within the
    /// time limit even if the handshake blocks.
    ///
    /// # Errors
    /// The error of the step that failed. No process is left running.
    pub(super) fn start(&self, generation: u32, events: StartEvents) -> Result<(ServerInstance, Channel), Error> {
        let endpoint_error = |source| Error::Endpoint { source };
        let (control, stdin) = ControlSender::new().map_err(endpoint_error)?;
        let route = self.route(&control);
        let endpoint = Arc::new(Endpoint::new(&route).map_err(endpoint_error)?);
        let StartEvents { sender: events, receiver } = events;
        let exited = events.clone();
        let on_exit = move || drop(exited.send(StartEvent::ProcessExited));
        let LaunchedServer { supervisor, command, secrets, is_direct } =
            self.launch.start(&self.server, self.program, &endpoint, (control, stdin), on_exit)?;
        let expected_pid = is_direct.then(|| supervisor.pid());
        // Ends the process, and returns its outputs.
        let end = |patience| {
            // The error of the start is reported, not that of the cleanup.
            let exit = supervisor.terminate(patience);
            endpoint.wake();
            exit.map_or_else(|_| supervisor.output(), |exit| (exit.stdout, exit.stderr))
        };
        if let Err(error) = self.spawn_handshake((Arc::clone(&endpoint), expected_pid), route.clone(), secrets, events)
        {
            end(Duration::ZERO);
            return Err(error);
        }
        let result = match self.wait(&receiver, &endpoint) {
            Ok(result) => result,
            Err(NoResult::Interrupted(reason)) => {
                end(Duration::ZERO);
                return Err(reason.error(None));
            }
            Err(NoResult::Timeout) => {
                let (stdout, stderr) = end(Duration::ZERO);
                return Err(Error::StartTimeout { command, after: self.timeout, stdout, stderr });
            }
        };
        match result {
            Ok((channel, agreement)) => {
                let info = ServerInfo { pid: supervisor.pid(), generation, ..ServerInfo::new(agreement) };
                crate::trace::started(info.pid, generation, &info.path);
                Ok((ServerInstance::new(info, Server::Launched(supervisor), route, &channel), channel))
            }
            Err(HandshakeError::Refused(error)) => {
                // A server that reports why it cannot start exits by itself, and prints what C has buffered.
                let (stdout, stderr) = end(EXIT_PATIENCE);
                Err(error.with_output(stdout, stderr))
            }
            Err(HandshakeError::Connection(error)) => match supervisor.terminate(EXIT_PATIENCE) {
                Ok(ProcessExit { status, stdout, stderr }) => {
                    Err(Error::ServerNotReady { command, status, stdout, stderr })
                }
                Err(_) => {
                    end(Duration::ZERO);
                    Err(Error::disconnected(error))
                }
            },
        }
    }

    /// How the server reaches its connection: without names if possible.
    #[cfg_attr(windows, expect(unused_variables, reason = "a control stream of Windows carries no open files"))]
    fn route(&self, control: &ControlSender) -> Route {
        let dir = self.runtime_dir.clone();
        #[cfg(unix)]
        return match dir {
            dir if self.program.is_foreign() => Route::Wine { dir },
            None => Route::HandedOver(control.clone()),
            dir => Route::Names { dir },
        };
        #[cfg(windows)]
        return Route::Names { dir };
    }

    /// Starts the thread that accepts the server's connection, shakes hands and sends the result to `events`.
    fn spawn_handshake(
        &self,
        (endpoint, expected_pid): (Arc<Endpoint>, Option<u32>),
        route: Route,
        secrets: Secrets,
        events: Sender<StartEvent>,
    ) -> Result<(), Error> {
        let start = Start { secret: secrets.client, ..self.start.clone() };
        let (description, transport) = (self.description, self.transport);
        let handshake = move || {
            // The offer is made while the server starts, because it does not depend on it.
            let result = TransportOffer::new(transport, &route).map_err(HandshakeError::Refused).and_then(|offer| {
                let mut channel = accept(&endpoint, expected_pid)?;
                let agreement = shake_hands(&mut channel, description, secrets.server, start, offer)?;
                Ok((channel, agreement))
            });
            // Before the event is sent, so that its files are removed when the start is over.
            drop(endpoint);
            // The receiver may have given up.
            let _ = events.send(StartEvent::HandshakeDone(Box::new(result)));
        };
        spawn_named(HANDSHAKE_THREAD, handshake).map(drop).map_err(Error::thread(HANDSHAKE_THREAD))
    }

    /// Waits for the result of the handshake.
    fn wait(&self, receiver: &Receiver<StartEvent>, endpoint: &Endpoint) -> Result<HandshakeResult, NoResult> {
        let broken = || Ok(Err(HandshakeError::Connection(io::ErrorKind::UnexpectedEof.into())));
        match receiver.recv_timeout(self.timeout) {
            Ok(StartEvent::HandshakeDone(result)) => Ok(*result),
            Ok(StartEvent::Interrupted(reason)) => Err(NoResult::Interrupted(reason)),
            // The server may have sent the reason for its exit, which the handshake is about to read.
            Ok(StartEvent::ProcessExited) => {
                endpoint.wake();
                match receiver.recv_timeout(self.timeout) {
                    Ok(StartEvent::HandshakeDone(result)) => Ok(*result),
                    Ok(StartEvent::Interrupted(reason)) => Err(NoResult::Interrupted(reason)),
                    _ => broken(),
                }
            }
            Err(RecvTimeoutError::Timeout) => Err(NoResult::Timeout),
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
