//! Unix.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::AsFd;
use std::process::{Child, Command};
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::retry_on_intr;
use rustix::process::{Signal, getpid, kill_process};
use shared_child::SharedChild;
use shared_child::unix::SharedChildExt as _;

use super::SystemError;
use crate::interface::Apartment;

/// Takes standard input away from everything else in this process: the library must not read what the client says,
/// and finds an empty input instead.
pub(crate) fn take_stdin() -> io::Result<File> {
    let taken = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    Ok(taken.into())
}

/// Nothing opens dialogs here.
pub(crate) fn forbid_dialogs() {}

/// Asks a process to end, which is the end of one that does not handle it; whether it could be asked.
pub(crate) fn ask_to_end(child: &SharedChild) -> bool {
    child.send_signal(Signal::TERM.as_raw()).is_ok()
}

/// There are no exceptions here; signals tell who waits for the process.
pub(crate) fn report_exceptions(_: File) {}

/// This thread in an apartment: there are none here.
pub(crate) struct InApartment;

/// Has this thread enter an apartment.
pub(crate) fn enter_apartment(_: Apartment) -> io::Result<InApartment> {
    Ok(InApartment)
}

/// What a thread waits with that has windows, or timers. Nothing sends them messages here, so nobody has one.
pub(crate) enum Pump {}

impl Pump {
    /// `None`.
    pub(crate) fn new() -> io::Result<Option<Self>> {
        Ok(None)
    }

    /// Ends a wait.
    pub(crate) fn wake(&self) {
        match *self {}
    }

    /// Sleeps.
    pub(crate) fn wait(&self) -> io::Result<()> {
        match *self {}
    }

    /// Dispatches messages.
    pub(crate) fn dispatch(&self, _: usize) {
        match *self {}
    }
}

/// A thread does not end alone here: what overflows its stack ends the process.
pub(crate) fn end_with_this_thread() -> io::Result<()> {
    Ok(())
}

/// What a process is ended with when this one ends. Here its standard input does that, and [`continue_with_parent`].
#[derive(Debug)]
pub(crate) struct Job;

impl Job {
    /// Puts a process into it.
    pub(crate) fn around(_: &Child) -> io::Result<Self> {
        Ok(Self)
    }
}

/// Has the system continue this process, should it be stopped, when the thread that started it ends: a stopped process sees
/// nothing else, and would stay for ever. To one that runs it is no news.
#[cfg(target_os = "linux")]
pub(crate) fn continue_with_parent() -> io::Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(Some(Signal::CONT))?)
}

/// As [`continue_with_parent`], for a program that does not ask for it itself, with the thread that starts it. It takes a
/// fork, which copies the tables of all memory that this process has.
#[cfg(target_os = "linux")]
pub(crate) fn continue_with_this_thread(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;

    // SAFETY: between fork and exec this makes one system call, and nothing that a fork leaves in disorder.
    unsafe { command.pre_exec(continue_with_parent) };
}

/// Other systems have no such signal.
#[cfg(not(target_os = "linux"))]
#[allow(clippy::unnecessary_wraps, reason = "another system's may fail")]
pub(crate) fn continue_with_parent() -> io::Result<()> {
    Ok(())
}

/// Other systems have no such signal.
#[cfg(not(target_os = "linux"))]
pub(crate) fn continue_with_this_thread(_: &mut Command) {}

/// The server of a program without a terminal gets none either; here that needs nothing.
pub(crate) fn without_console(_: &mut Command) {}

/// What [`ReadStop`] reads from.
pub(crate) trait Pipe: Read + AsFd + Send + 'static {}

impl<P: Read + AsFd + Send + 'static> Pipe for P {}

/// Ends reading from pipes whose other ends may never be closed.
#[derive(Debug)]
pub(crate) struct ReadStop {
    /// Becomes readable when the other end is closed.
    stopped: Arc<PipeReader>,
    go: Option<PipeWriter>,
}

impl ReadStop {
    pub(crate) fn new() -> io::Result<Self> {
        let (stopped, go) = io::pipe()?;
        Ok(Self { stopped: Arc::new(stopped), go: Some(go) })
    }

    /// What `pipe` gives, until [`ReadStop::stop`].
    #[allow(clippy::unnecessary_wraps, reason = "another system's may fail")]
    pub(crate) fn reader<P: Pipe>(&mut self, pipe: P) -> io::Result<impl Read + Send + use<P>> {
        Ok(StoppableRead { pipe, stopped: Arc::clone(&self.stopped) })
    }

    /// Has all readers find an end.
    pub(crate) fn stop(&mut self) {
        self.go = None;
    }
}

struct StoppableRead<P> {
    pipe: P,
    stopped: Arc<PipeReader>,
}

impl<P: Pipe> Read for StoppableRead<P> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut ready = [PollFd::new(&self.pipe, PollFlags::IN), PollFd::new(&*self.stopped, PollFlags::IN)];
        retry_on_intr(|| poll(&mut ready, None))?;
        match ready[1].revents().is_empty() {
            true => self.pipe.read(into),
            false => Ok(0),
        }
    }
}

/// Forgets the last error of this thread.
pub(crate) fn clear_last_error() {
    clear_errno();
}

/// Forgets the `errno` of this thread.
pub(crate) fn clear_errno() {
    errno::set_errno(errno::Errno(0));
}

/// The `errno` of this thread.
pub(crate) fn errno() -> SystemError {
    io::Error::last_os_error().into()
}

/// Ends this process at once, without running anything of the library's.
pub(crate) fn end_now() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    std::process::abort()
}
