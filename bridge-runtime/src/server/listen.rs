//! Serving the clients that connect to a server started by hand, with `--listen`.
//!
//! Several clients may be connected. Each connection is read by its own thread, but all calls run one at a time on the main
//! thread.

use std::any::TypeId;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use super::connection::ClientConnection;
use super::context::Serve;
use super::current::MessageHandler;
use super::main_thread::{JobKind, JobSender, MainThreadJob, enter_apartment, job_queue};
use super::memory::free_memory_of;
use super::serve::CallServer;
use super::start::start;
use super::target::{Served, close_handles_of};
use crate::handshake::{Secrets, complete_handshake, receive_start};
use crate::interface::Interface;
use crate::native::Owner;
use crate::sync::spawn_named;
use crate::transport;
use crate::transport::{Channel, LocalListener};
use crate::wire::{Message, Start};

/// Serves the clients that connect to `name`, until the process is stopped.
pub(super) fn run<S: Serve>(name: &str, library: Option<PathBuf>) -> ExitCode {
    match try_run::<S>(name, library) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The implementation that this process serves, with the handler of its messages.
struct RunningServer<S: Serve> {
    served: Rc<Served<S, S::Interface>>,
    call_server: CallServer,
    handler: Rc<dyn MessageHandler>,
}

impl<S: Serve> RunningServer<S> {
    fn new(server: S) -> Self {
        let served = Rc::new(Served::of_library(server, S::library_thread_targets));
        let call_server = CallServer::new(served.clone());
        Self { served, handler: Rc::new(call_server.clone()), call_server }
    }
}

fn try_run<S: Serve>(name: &str, library: Option<PathBuf>) -> Result<(), String> {
    let description = S::Interface::description();
    let not_listening = |error| format!("cannot listen as `{name}`: {error}");
    let listener = transport::named_path(name).and_then(|path| LocalListener::claim(&path)).map_err(not_listening)?;
    let (_apartment, pump) = enter_apartment(description).map_err(|failure| failure.to_string())?;
    let library = library.map(|path| path.display().to_string());
    let mut server: Option<RunningServer<S>> = None;
    // Without start arguments it is started at once, so that the user sees errors immediately. Otherwise it is started with the
    // arguments of the first client.
    if TypeId::of::<<S::Interface as Interface>::Args>() == TypeId::of::<()>() {
        let started = start::<S>(Start { library: library.clone(), ..Start::default() });
        server = Some(RunningServer::new(started.map_err(|failure| failure.to_string())?));
    }
    eprintln!("{} listens as `{name}`", description.server);

    let (sender, receiver) = job_queue(pump);
    spawn_named("bridge32 listener", move || accept_clients::<S>(&listener, &sender)).map_err(not_listening)?;
    loop {
        let handler = server.as_ref().map(|server| &server.handler);
        let next = receiver.next(handler).map_err(|error| format!("the server cannot continue: {error}"))?;
        let Some(MainThreadJob { owner, kind }) = next else { return Ok(()) };
        let _acting = owner.enter();
        let JobKind::Message { connection, start, answered } = kind else {
            server.iter().for_each(|server| close_handles_of(owner, &*server.served));
            free_memory_of(owner);
            continue;
        };
        let result = match (start, &server) {
            (None, Some(server)) => server.call_server.answer_arrived(&connection),
            (None, None) => Err(io::ErrorKind::InvalidData.into()),
            (Some(start), _) => {
                start_client(&mut connection.channel(), Start { library: library.clone(), ..start }, &mut server)
            }
        };
        // On an error nothing is sent, which ends the reading thread of the connection.
        if result.is_ok() {
            let _ = answered.send(());
        }
    }
}

/// Starts serving a client. The first one also starts the implementation, with its start arguments, if that has not happened yet.
fn start_client<S: Serve>(
    channel: &mut Channel,
    mut start_message: Start,
    server: &mut Option<RunningServer<S>>,
) -> io::Result<()> {
    let memory = start_message.memory.take();
    if server.is_none() {
        match start::<S>(start_message) {
            Ok(started) => *server = Some(RunningServer::new(started)),
            Err(failure) => {
                channel.send_message(&Message::StartFailed(Box::new(failure)))?;
                return Err(io::ErrorKind::Other.into());
            }
        }
    }
    let library = server.as_ref().and_then(|server| server.served.server.library_path());
    complete_handshake(channel, library, memory.as_deref())
}

/// The pause after a client that could not be served.
const ERROR_PAUSE: Duration = Duration::from_millis(10);

/// Accepts clients, and starts a thread for each.
fn accept_clients<S: Serve>(listener: &LocalListener, jobs: &JobSender) {
    loop {
        let jobs = jobs.clone();
        let result = listener
            .accept()
            .and_then(|(channel, _)| spawn_named("bridge32 connection", move || read_client::<S>(channel, jobs)));
        if let Err(error) = result {
            // Not `eprintln`, which panics if standard error is closed, and would end this thread.
            let _ = writeln!(io::stderr(), "a client could not be served: {error}");
            // The reason, such as too many open files, may also affect the next client.
            std::thread::sleep(ERROR_PAUSE);
        }
    }
}

/// Shakes hands with a client, and reads its connection until that closes.
fn read_client<S: Serve>(mut channel: Channel, jobs: JobSender) {
    let start = receive_start(&mut channel, S::Interface::description(), Secrets::default());
    // A client that was rejected has been informed, and one whose connection broke cannot be.
    let Ok(Some(start)) = start else { return };
    jobs.read(&ClientConnection::new(channel), Owner::new(), Some(start));
}
