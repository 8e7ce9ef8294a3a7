//! A server that was started by hand.
//!
//! Several clients may come, and still the library sees one call at a time, on the main thread: each connection is read by a
//! thread of its own.

use std::any::TypeId;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use super::Serve;
use super::cleanup::close_all_of;
use super::connection::{CallServer, ClientConnection, DispatchTarget};
use super::main_thread::{JobKind, JobSender, MainThreadJob, enter, jobs};
use super::memory::free_all_of;
use super::session::{self, Secrets, Served, introduce, make};
use crate::interface::Interface;
use crate::native::Owner;
use crate::transport::{Channel, LocalListener};
use crate::wire::{Message, Start};
use crate::{sys, transport};

/// Serves whoever connects to `name`, until the process is stopped.
pub(super) fn run<S: Serve>(name: &str, library: Option<PathBuf>) -> ExitCode {
    match try_run::<S>(name, library) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn try_run<S: Serve>(name: &str, library: Option<PathBuf>) -> Result<(), String> {
    let description = S::Interface::description();
    sys::forbid_dialogs();
    let not_listening = |error| format!("cannot listen as `{name}`: {error}");
    let listener = transport::named_path(name).and_then(|path| LocalListener::claim(&path)).map_err(not_listening)?;
    let (_apartment, pump) = enter(description).map_err(|failure| failure.to_string())?;
    let library = library.map(|path| path.display().to_string());
    let mut server: Option<Rc<Served<S, S::Interface>>> = None;
    // Without start arguments there is no client to wait for, and who started this sees at once what is wrong.
    if TypeId::of::<<S::Interface as Interface>::Args>() == TypeId::of::<()>() {
        let made = make::<S>(Start { library: library.clone(), ..Start::default() });
        server = Some(Served::new(made.map_err(|failure| failure.to_string())?));
    }
    eprintln!("{} listens as `{name}`", description.server);

    let (jobs, waiting) = jobs(pump);
    std::thread::Builder::new().spawn(move || accept::<S>(&listener, &jobs)).map_err(not_listening)?;
    loop {
        let target = server.clone().map(|server| server as Rc<dyn DispatchTarget>);
        let next = waiting.next(target.as_ref()).map_err(|error| format!("the server cannot go on: {error}"))?;
        let Some(MainThreadJob { owner, what }) = next else { return Ok(()) };
        let _acting = owner.enter();
        let JobKind::Message { connection, start, back } = what else {
            server.iter().for_each(|server| close_all_of(owner, &**server));
            free_all_of(owner);
            continue;
        };
        let result = match (start, &target) {
            (None, Some(target)) => CallServer::new(connection, Rc::clone(target)).answer(),
            (None, None) => Err(io::ErrorKind::InvalidData.into()),
            (Some(start), _) => {
                begin(&mut connection.channel(), Start { library: library.clone(), ..start }, &mut server)
            }
        };
        // Without an answer, the thread of a line that broke ends.
        if result.is_ok() {
            let _ = back.send(());
        }
    }
}

/// Gives a client its server: the one that is there, or a new one with the client's start arguments.
fn begin<S: Serve>(
    channel: &mut Channel,
    mut start: Start,
    server: &mut Option<Rc<Served<S, S::Interface>>>,
) -> io::Result<()> {
    let memory = start.memory.take();
    if server.is_none() {
        match make::<S>(start) {
            Ok(made) => *server = Some(Served::new(made)),
            Err(failure) => {
                channel.send_message(&Message::StartFailed(Box::new(failure)))?;
                return Err(io::ErrorKind::Other.into());
            }
        }
    }
    let library = server.as_ref().and_then(|served| served.server.library_path());
    session::begin(channel, library, memory.as_deref())
}

/// The pause after a client that could not be served.
const AFTER_ERROR: Duration = Duration::from_millis(10);

/// Waits for clients, and gives each a thread.
fn accept<S: Serve>(listener: &LocalListener, jobs: &JobSender) {
    loop {
        let jobs = jobs.clone();
        let result = listener.accept().and_then(|(channel, _)| {
            std::thread::Builder::new().name("bridge32 channel".to_owned()).spawn(move || read::<S>(channel, jobs))
        });
        if let Err(error) = result {
            // Not `eprintln`, which panics when nobody reads: a client that is refused would end the server.
            let _ = writeln!(io::stderr(), "a client could not be served: {error}");
            // What keeps one client out, such as too many open files, may keep out the next, too.
            std::thread::sleep(AFTER_ERROR);
        }
    }
}

/// Meets a client, and reads its connection until it ends.
fn read<S: Serve>(mut channel: Channel, jobs: JobSender) {
    let Ok(start) = introduce(&mut channel, S::Interface::description(), Secrets::default()) else { return };
    jobs.read(&ClientConnection::new(channel), Owner::new(), Some(start));
}
