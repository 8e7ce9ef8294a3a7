//! Supervision of the server process: its output, its end, and ending it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use shared_child::SharedChild;

use super::output::{Drains, Output, Tail};
use crate::sync::{LockExt as _, spawn_named};
use crate::sys::{ExitStatus, Job};
use crate::trace::Reporter;

/// How the server ended, and the end of its output.
#[derive(Debug, Clone)]
pub(crate) struct End {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A running server process. Dropping it does not end the process; see [`Supervisor::end`].
#[derive(Debug)]
pub(crate) struct Supervisor {
    child: Arc<SharedChild>,
    /// Whether the process runs under Wine, which does not treat `SIGTERM` as a request to end.
    is_wine: bool,
    /// The server's standard input: the server ends itself when this closes.
    control: Mutex<Option<ChildStdin>>,
    end: Arc<EndCell>,
    stderr: Tail,
}

/// The end, recorded once.
#[derive(Debug, Default)]
struct EndCell {
    end: Mutex<Option<std::io::Result<End>>>,
    recorded: Condvar,
    /// The same, readable without the lock.
    is_recorded: AtomicBool,
}

/// How long the output is read after the process has ended. Another process that it started may hold the output open for
/// ever.
const OUTPUT_AFTER_END: Duration = Duration::from_millis(200);

impl Supervisor {
    /// Starts a process. `on_end` runs on another thread when it has ended. `exception` is the file in which a process under
    /// Wine reports the exception that ends it.
    pub(crate) fn spawn(
        mut command: Command,
        output: Output,
        exception: Option<File>,
        on_end: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<Self> {
        let output = || match output {
            Output::Capture => Stdio::piped(),
            Output::Inherit => Stdio::inherit(),
        };
        crate::sys::without_console(&mut command);
        command.stdin(Stdio::piped()).stdout(output()).stderr(output());
        let (stdout, stderr, end) = (Tail::default(), Tail::default(), Arc::<EndCell>::default());
        let (started, start) = channel();
        let reporter = Reporter::new();
        let is_wine = exception.is_some();
        let watch = ProcessWatch { stdout, stderr: stderr.clone(), exception, end: Arc::clone(&end), reporter };
        // The thread that waits for the process also starts it: Linux sends the parent-death signal when the thread that
        // started a process ends, and this one ends last.
        spawn_named("bridge32 server watch", move || watch.run(command, &started, on_end))?;
        let (child, control) = start.recv().unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into()))?;
        Ok(Self { child, is_wine, control: Mutex::new(control), end, stderr })
    }

    /// Whether the end has been recorded.
    pub(crate) fn has_ended(&self) -> bool {
        self.end.is_recorded.load(Ordering::Acquire)
    }

    /// Ends the process. It is asked first and given [`GRACE`], so that a library that handles the request can leave its
    /// device in order. This does not wait for an end by force.
    ///
    /// # Errors
    /// The system's, also for a process that is ending already.
    pub(crate) fn kill(&self) -> std::io::Result<()> {
        if !self.is_wine && crate::sys::ask_to_end(&self.child) && self.wait(GRACE).is_some() {
            return Ok(());
        }
        self.child.kill()
    }

    /// The process's id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes a line to the server's standard input.
    pub(crate) fn send_line(&self, line: &str) -> std::io::Result<()> {
        match &mut *self.control.lock_unpoisoned() {
            Some(control) => control.write_all(format!("{line}\n").as_bytes()),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Closes the server's standard input, at which the server ends itself.
    pub(crate) fn release(&self) {
        *self.control.lock_unpoisoned() = None;
    }

    /// Waits for the end, for `patience` at most.
    pub(crate) fn wait(&self, patience: Duration) -> Option<std::io::Result<End>> {
        let end = self.end.end.lock_unpoisoned();
        let (end, _) = self
            .end
            .recorded
            .wait_timeout_while(end, patience, |end| end.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        match &*end {
            None => None,
            Some(Ok(end)) => Some(Ok(end.clone())),
            Some(Err(error)) => Some(Err(std::io::Error::new(error.kind(), error.to_string()))),
        }
    }

    /// Gives the server `patience` to end by itself, then ends it.
    ///
    /// # Errors
    /// The system's, if the process can neither be ended nor waited for.
    pub(crate) fn end(&self, patience: Duration) -> std::io::Result<End> {
        self.release();
        if let Some(end) = self.wait(patience) {
            return end;
        }
        self.kill()?;
        self.wait(KILL_PATIENCE).unwrap_or_else(|| Err(std::io::ErrorKind::TimedOut.into()))
    }

    /// The end of its standard error so far.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.text()
    }
}

/// The state of the thread that waits for the process.
struct ProcessWatch {
    stdout: Tail,
    stderr: Tail,
    exception: Option<File>,
    end: Arc<EndCell>,
    reporter: Reporter,
}

/// A process that was started, and its standard input.
type Started = (Arc<SharedChild>, Option<ChildStdin>);

impl ProcessWatch {
    /// Starts the process, reports it, and records its end.
    fn run(mut self, command: Command, started: &Sender<std::io::Result<Started>>, on_end: impl FnOnce()) {
        let (child, drains, _job) = match self.start(command) {
            Ok((child, drains, job)) => {
                // `spawn` waits for this.
                let _ = started.send(Ok((Arc::clone(&child), child.take_stdin())));
                (child, drains, job)
            }
            Err(error) => return drop(started.send(Err(error))),
        };
        let status = child.wait();
        drains.wait(OUTPUT_AFTER_END);
        let status = status.map(|status| match self.exception {
            None => status.into(),
            Some(file) => ExitStatus::of_wine(status, read_exception(file)),
        });
        let known = status.as_ref().ok().copied();
        let end = status.map(|status| End { status, stdout: self.stdout.text(), stderr: self.stderr.text() });
        *self.end.end.lock_unpoisoned() = Some(end);
        self.end.is_recorded.store(true, Ordering::Release);
        self.end.recorded.notify_all();
        on_end();
        if let Some(status) = known {
            self.reporter.ended(status, status.success());
        }
        drains.stop();
    }

    fn start(&mut self, mut command: Command) -> std::io::Result<(Arc<SharedChild>, Drains, Job)> {
        let child = command.spawn()?;
        let job = Job::around(&child);
        let child = Arc::new(SharedChild::new(child)?);
        let begun = job.and_then(|job| self.reporter.begin(child.id()).map(|()| job));
        let drains = begun.and_then(|job| Ok((self.drains(&child)?, job)));
        let (drains, job) = drains.inspect_err(|_| {
            // Nobody would read the output or notice the end.
            let _ = child.kill();
            let _ = child.wait();
        })?;
        Ok((child, drains, job))
    }

    /// Starts reading both outputs if they are captured.
    fn drains(&self, child: &SharedChild) -> std::io::Result<Drains> {
        let mut drains = Drains::new()?;
        if let Some(output) = child.take_stdout() {
            drains.add(output, self.stdout.clone(), self.reporter.lines("stdout"))?;
        }
        if let Some(output) = child.take_stderr() {
            drains.add(output, self.stderr.clone(), self.reporter.lines("stderr"))?;
        }
        Ok(drains)
    }
}

/// The exception that a process under Wine reported, if one ended it.
fn read_exception(mut file: File) -> Option<u32> {
    let mut code = [0; size_of::<u32>()];
    // The file is empty if no exception ended the process.
    file.read_exact(&mut code).is_ok().then_some(u32::from_le_bytes(code))
}

/// How long a process may take to end after it was asked to. One that does not handle the request ends at once.
const GRACE: Duration = Duration::from_millis(500);

/// How long a killed process may take to be gone.
const KILL_PATIENCE: Duration = Duration::from_secs(5);
