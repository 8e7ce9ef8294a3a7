//! A server that was started by hand.
//!
//! Several clients may come, and still the library sees one call at a time, on the main thread: each lane is read by a
//! thread of its own, which hands the lane over for every message and gets it back when it is answered.

use std::any::TypeId;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use super::Serve;
use super::abandoned::close_all_of;
use super::line::{Line, Serving, Target};
use super::memory::free_all_of;
use super::session::{self, Secrets, Served, introduce, make};
use crate::interface::Interface;
use crate::lane::{LaneEnd, LocalListener};
use crate::native::Owner;
use crate::wire::{Message, Start};
use crate::{lane, sys};

/// What needs the main thread, for a client.
struct Job {
    owner: Owner,
    what: What,
}

enum What {
    /// A line with a message, and the way back.
    Message {
        line: Arc<Line>,
        /// Present for the first message of a client.
        start: Option<Start>,
        back: Sender<()>,
    },
    /// The client is gone.
    End,
}

/// Serves whoever connects to `name`, until the process is stopped.
pub(super) fn run<S: Serve>(name: &str, library: Option<PathBuf>) -> ExitCode {
    sys::forbid_dialogs();
    let listener = match lane::named_path(name).and_then(|path| LocalListener::claim(&path)) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("cannot listen as `{name}`: {error}");
            return ExitCode::FAILURE;
        }
    };
    let library = library.map(|path| path.display().to_string());
    let mut server = None;
    // Without start arguments there is no client to wait for, and who started this sees at once what is wrong.
    if TypeId::of::<<S::Interface as Interface>::Args>() == TypeId::of::<()>() {
        match make::<S>(Start { library: library.clone(), ..Start::default() }) {
            Ok(made) => server = Some(made),
            Err(failure) => {
                eprintln!("{failure}");
                return ExitCode::FAILURE;
            }
        }
    }
    let mut server = server.map(Served::<S, S::Interface>::new);
    eprintln!("{} listens as `{name}`", S::Interface::description().server);

    let (jobs, waiting) = channel();
    if let Err(error) = std::thread::Builder::new().spawn(move || accept::<S>(&listener, &jobs)) {
        eprintln!("cannot listen as `{name}`: {error}");
        return ExitCode::FAILURE;
    }
    for Job { owner, what } in waiting {
        let _acting = owner.enter();
        let What::Message { line, start, back } = what else {
            server.iter().for_each(|server| close_all_of(owner, &**server));
            free_all_of(owner);
            continue;
        };
        let result = match (start, &server) {
            (None, Some(server)) => Serving::new(line, Rc::clone(server) as Rc<dyn Target>).answer(),
            (None, None) => Err(io::ErrorKind::InvalidData.into()),
            (Some(start), _) => begin(&mut line.lane(), Start { library: library.clone(), ..start }, &mut server),
        };
        // Without an answer, the thread of a line that broke ends.
        if result.is_ok() {
            let _ = back.send(());
        }
    }
    ExitCode::SUCCESS
}

/// Gives a client its server: the one that is there, or a new one with the client's start arguments.
fn begin<S: Serve>(
    lane: &mut LaneEnd,
    mut start: Start,
    server: &mut Option<Rc<Served<S, S::Interface>>>,
) -> io::Result<()> {
    let memory = start.memory.take();
    if server.is_none() {
        match make::<S>(start) {
            Ok(made) => *server = Some(Served::new(made)),
            Err(failure) => {
                lane.say(&Message::StartFailed(Box::new(failure)))?;
                return Err(io::ErrorKind::Other.into());
            }
        }
    }
    let library = server.as_ref().and_then(|served| served.server.library_path());
    session::begin(lane, library, memory.as_deref())
}

/// The pause after a client that could not be served.
const AFTER_ERROR: Duration = Duration::from_millis(10);

/// Waits for clients, and gives each a thread.
fn accept<S: Serve>(listener: &LocalListener, jobs: &Sender<Job>) {
    loop {
        let jobs = jobs.clone();
        let result = listener.accept().and_then(|(lane, _)| {
            std::thread::Builder::new().name("bridge32 lane".to_owned()).spawn(move || read::<S>(lane, &jobs))
        });
        if let Err(error) = result {
            // Not `eprintln`, which panics when nobody reads: a client that is refused would end the server.
            let _ = writeln!(io::stderr(), "a client could not be served: {error}");
            // What keeps one client out, such as too many open files, may keep out the next, too.
            std::thread::sleep(AFTER_ERROR);
        }
    }
}

/// Reads a lane until it ends.
fn read<S: Serve>(mut lane: LaneEnd, jobs: &Sender<Job>) {
    let Ok(start) = introduce(&mut lane, S::Interface::description(), Secrets::default()) else { return };
    let (line, mut start) = (Line::new(lane), Some(start));
    let owner = Owner::new();
    loop {
        let (back, answered) = channel();
        let what = What::Message { line: Arc::clone(&line), start: start.take(), back };
        if jobs.send(Job { owner, what }).is_err() || answered.recv().is_err() || line.lane().wait().is_err() {
            line.link().close();
            // Nobody hears it once the main thread has ended.
            return drop(jobs.send(Job { owner, what: What::End }));
        }
    }
}
