//! Starting a server process and meeting it; as often as the session asks for it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use super::handshake::{HANDSHAKE_THREAD, HandshakeError, handshake};
use super::instance::{Server, ServerInstance};
use super::transport::TransportRequest;
use super::{ServerInfo, Transport};
use crate::error::Error;
use crate::interface::Description;
use crate::process::{Launch, LaunchedServer, Program};
use crate::sync::spawn_named;
use crate::transport::{Channel, Endpoint};
use crate::wire::{Ready, Start};

/// All that it takes to start a server.
pub(super) struct Starter {
    pub(super) description: &'static Description,
    pub(super) launch: Launch,
    pub(super) server: PathBuf,
    pub(super) program: Program,
    /// Without the secret, which every server gets anew.
    pub(super) start: Start,
    pub(super) channel: TransportRequest,
    pub(super) timeout: Duration,
}

/// What happens while a server starts.
enum Event {
    Connected(Box<Result<Connected, HandshakeError>>),
    Ended,
}

/// A server that is ready: its connection, what it said, and what the connection is.
type Connected = (Channel, Ready, Transport);

/// How long a server whose line broke during the meeting may take to end by itself.
const LAST_WORDS: Duration = Duration::from_secs(1);

impl Starter {
    /// Starts the process, and meets it in a thread of its own: whatever becomes of the meeting, this one returns in
    /// time.
    pub(super) fn start(&self, number: u32) -> Result<(ServerInstance, Channel), Error> {
        let endpoint = Arc::new(Endpoint::new(self.program.is_foreign()).map_err(|source| Error::Endpoint { source })?);
        let (events, next) = channel();
        let ended = events.clone();
        let LaunchedServer { supervisor, command, secrets, is_direct } =
            self.launch.start(&self.server, self.program, &endpoint, move || drop(ended.send(Event::Ended)))?;
        let expected_pid = is_direct.then(|| supervisor.pid());
        let start = Start { secret: secrets.client, ..self.start.clone() };
        let (description, choice) = (self.description, self.channel);
        let meeting = {
            let endpoint = Arc::clone(&endpoint);
            spawn_named(HANDSHAKE_THREAD, move || {
                // What can be made before the server is there is made while it starts.
                let met = choice.offer().map_err(HandshakeError::Final).and_then(|offered| {
                    let mut channel = accept(&endpoint, expected_pid)?;
                    let (_, ready, taken) = handshake(&mut channel, description, secrets.server, start, offered)?;
                    Ok((channel, ready, taken))
                });
                // Before anybody hears of it: then its files are gone when the start is over.
                drop(endpoint);
                let _ = events.send(Event::Connected(Box::new(met)));
            })
        };
        let failed = |error| {
            // The first error is the one to report.
            let _ = supervisor.end(Duration::ZERO);
            endpoint.wake();
            Err(error)
        };
        if let Err(error) = meeting {
            return failed(Error::thread(HANDSHAKE_THREAD)(error));
        }
        let Some(met) = self.outcome(&next, &endpoint) else {
            let stderr = supervisor.stderr();
            return failed(Error::StartTimeout { command, after: self.timeout, stderr });
        };
        match met {
            Ok((channel, ready, taken)) => {
                let info = info(supervisor.pid(), number, ready, taken);
                crate::trace::started(info.pid, number, &info.path);
                Ok((ServerInstance::new(info, Server::Launched(supervisor), &channel), channel))
            }
            Err(HandshakeError::Final(error)) => failed(error),
            Err(HandshakeError::Connection(error)) => match supervisor.end(LAST_WORDS) {
                Ok(end) => Err(Error::ServerNotReady { command, status: end.status, stderr: end.stderr }),
                Err(_) => failed(Error::disconnected(error)),
            },
        }
    }

    /// What became of the meeting; `None` if nothing did in time.
    fn outcome(&self, next: &Receiver<Event>, endpoint: &Endpoint) -> Option<Result<Connected, HandshakeError>> {
        let broken = || Some(Err(HandshakeError::Connection(io::ErrorKind::UnexpectedEof.into())));
        match next.recv_timeout(self.timeout) {
            Ok(Event::Connected(met)) => Some(*met),
            // What it said before it ended is why it ended.
            Ok(Event::Ended) => {
                endpoint.wake();
                match next.recv_timeout(self.timeout) {
                    Ok(Event::Connected(met)) => Some(*met),
                    _ => broken(),
                }
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => broken(),
        }
    }
}

/// Waits for the server. `expected_pid` is the process that was started, where that is the server itself.
fn accept(endpoint: &Endpoint, expected_pid: Option<u32>) -> Result<Channel, HandshakeError> {
    let (channel, pid) = endpoint.accept().map_err(HandshakeError::Connection)?;
    match (pid, expected_pid) {
        (Some(pid), Some(expected)) if pid != expected => {
            Err(Error::Impostor { reason: format!("it is process {pid}, and the server is process {expected}") }.into())
        }
        _ => Ok(channel),
    }
}

/// What the server said of itself.
pub(super) fn info(pid: u32, generation: u32, ready: Ready, channel: Transport) -> ServerInfo {
    ServerInfo {
        pid,
        generation,
        path: ready.executable.into(),
        architecture: ready.architecture,
        os: ready.os,
        library: ready.library.map(PathBuf::from),
        transport: channel,
    }
}
