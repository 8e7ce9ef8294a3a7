//! Supervision of the server process: starting it, capturing its output, waiting for its exit, and ending it.

use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::child::{Outputs, ServerProcess};
use super::output::{Output, OutputReaders, Tail};
use crate::sync::{LockExt as _, spawn_named};
use crate::sys::{ControlSender, ExitStatus, Job};
use crate::trace::Reporter;

/// The exit status of a server process, and the end of its output.
#[derive(Debug, Clone)]
pub(crate) struct ProcessExit {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A running server process. Dropping it does not end the process; see [`Supervisor::terminate`].
#[derive(Debug)]
pub(crate) struct Supervisor {
    child: Arc<ServerProcess>,
    /// Whether the process runs under Wine, which does not treat `SIGTERM` as a request to end.
    is_wine: bool,
    /// The other end of the server's standard input. The server exits when it is closed.
    control: ControlSender,
    exit: Arc<ExitCell>,
    stdout: Tail,
    stderr: Tail,
}

/// The exit of a process, set once.
#[derive(Debug, Default)]
struct ExitCell {
    exit: Mutex<Option<std::io::Result<ProcessExit>>>,
    recorded: Condvar,
    /// Whether `exit` is set, readable without the lock.
    is_recorded: AtomicBool,
}

/// How long the output is read after the process has exited. A process that it started may hold the output open forever.
const OUTPUT_PATIENCE: Duration = Duration::from_millis(200);

impl Supervisor {
    /// Starts a process, whose standard input is set. `on_exit` runs on another thread when the process has exited. `exception` is
    /// the file in which a process under Wine reports the exception that ends it.
    ///
    /// # Errors
    /// The system's, if the process or a thread cannot be started.
    pub(crate) fn spawn(
        mut command: Command,
        output: Output,
        control: ControlSender,
        exception: Option<File>,
        on_exit: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<Self> {
        let inherits_output = output == Output::Inherit;
        let output = || match output {
            Output::Capture => Stdio::piped(),
            Output::Inherit => Stdio::inherit(),
        };
        crate::sys::without_console(&mut command, inherits_output);
        command.stdout(output()).stderr(output());
        let (stdout, stderr, exit) = (Tail::default(), Tail::default(), Arc::<ExitCell>::default());
        let (started, start) = channel();
        let reporter = Reporter::new();
        let is_wine = exception.is_some();
        let watch = ProcessWatch {
            stdout: stdout.clone(),
            stderr: stderr.clone(),
            exception,
            exit: Arc::clone(&exit),
            reporter,
        };
        // The thread that waits for the process also starts it: Linux sends the parent-death signal when the thread that
        // started a process ends, and this one ends last.
        spawn_named("bridge32 server watch", move || watch.run(command, &started, on_exit))?;
        let child = start.recv().unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into()))?;
        Ok(Self { child, is_wine, control, exit, stdout, stderr })
    }

    /// Whether the process is known to have exited.
    pub(crate) fn has_exited(&self) -> bool {
        self.exit.is_recorded.load(Ordering::Acquire)
    }

    /// Kills the process. First, the process is asked to exit and gets [`GRACE_PERIOD`], so that a library that handles the
    /// request can leave its device in order. This does not wait until a killed process is gone.
    ///
    /// # Errors
    /// The system's, also for a process that is exiting already.
    pub(crate) fn kill(&self) -> std::io::Result<()> {
        let was_asked = !self.is_wine && !self.has_exited() && self.child.ask_to_end();
        if self.has_exited() || was_asked && self.wait(GRACE_PERIOD).is_some() {
            return Ok(());
        }
        self.child.kill()
    }

    /// Returns the process's id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// Writes a line to the server's standard input.
    pub(crate) fn send_line(&self, line: &str) -> std::io::Result<()> {
        self.control.send_line(line)
    }

    /// Closes the server's standard input, which makes the server exit.
    pub(crate) fn close_stdin(&self) {
        self.control.close();
    }

    /// Waits for the exit, for `patience` at most.
    pub(crate) fn wait(&self, patience: Duration) -> Option<std::io::Result<ProcessExit>> {
        let exit = self.exit.exit.lock_unpoisoned();
        let (exit, _) = self
            .exit
            .recorded
            .wait_timeout_while(exit, patience, |exit| exit.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        match &*exit {
            None => None,
            Some(Ok(exit)) => Some(Ok(exit.clone())),
            Some(Err(error)) => Some(Err(std::io::Error::new(error.kind(), error.to_string()))),
        }
    }

    /// Closes this process's copy of the server's standard input, in a fork of the process that has started the server.
    pub(crate) fn close_copy_in_fork(&self) {
        self.control.close_copy_in_fork();
    }

    /// Closes the server's standard input, gives the server `patience` to exit by itself, and then kills it.
    ///
    /// # Errors
    /// The system's, if the process can neither be killed nor waited for.
    pub(crate) fn terminate(&self, patience: Duration) -> std::io::Result<ProcessExit> {
        self.close_stdin();
        if let Some(exit) = self.wait(patience) {
            return exit;
        }
        self.kill()?;
        self.wait(KILL_PATIENCE).unwrap_or_else(|| Err(std::io::ErrorKind::TimedOut.into()))
    }

    /// Returns the ends of its standard output and its standard error so far.
    pub(crate) fn output(&self) -> (String, String) {
        (self.stdout.text(), self.stderr.text())
    }
}

/// The state of the thread that waits for the process.
struct ProcessWatch {
    stdout: Tail,
    stderr: Tail,
    exception: Option<File>,
    exit: Arc<ExitCell>,
    reporter: Reporter,
}

impl ProcessWatch {
    /// Starts the process, sends the result of that to `started`, and records the exit.
    fn run(mut self, command: Command, started: &Sender<std::io::Result<Arc<ServerProcess>>>, on_exit: impl FnOnce()) {
        let (child, readers, _job) = match self.start(command) {
            Ok((child, readers, job)) => {
                // `spawn` waits for this.
                let _ = started.send(Ok(Arc::clone(&child)));
                (child, readers, job)
            }
            Err(error) => return drop(started.send(Err(error))),
        };
        let status = child.wait();
        readers.wait(OUTPUT_PATIENCE);
        let status = status.map(|status| match self.exception {
            None => ExitStatus::of_native(status),
            Some(file) => ExitStatus::of_wine(status, read_exception(file)),
        });
        let known = status.as_ref().ok().copied();
        let exit = status.map(|status| ProcessExit { status, stdout: self.stdout.text(), stderr: self.stderr.text() });
        *self.exit.exit.lock_unpoisoned() = Some(exit);
        self.exit.is_recorded.store(true, Ordering::Release);
        self.exit.recorded.notify_all();
        on_exit();
        if let Some(status) = known {
            self.reporter.ended(status, status.success());
        }
        readers.stop();
    }

    fn start(&mut self, mut command: Command) -> std::io::Result<(Arc<ServerProcess>, OutputReaders, Job)> {
        let child = crate::sys::without_start_dialogs(|| command.spawn())?;
        // This process's copy of the standard input: it would stay open otherwise.
        drop(command);
        let job = Job::around(&child);
        let (child, outputs) = ServerProcess::new(child)?;
        let child = Arc::new(child);
        let begun = job.and_then(|job| self.reporter.begin(child.pid()).map(|()| job));
        let readers = begun.and_then(|job| Ok((self.readers(outputs)?, job)));
        let (readers, job) = readers.inspect_err(|_| {
            // Without the threads, the process would not be supervised.
            let _ = child.kill();
            let _ = child.wait();
        })?;
        Ok((child, readers, job))
    }

    /// Starts the threads that read both outputs if they are captured.
    fn readers(&self, outputs: Outputs) -> std::io::Result<OutputReaders> {
        let mut readers = OutputReaders::new()?;
        if let Some(output) = outputs.stdout {
            readers.add(output, self.stdout.clone(), self.reporter.lines("stdout"))?;
        }
        if let Some(output) = outputs.stderr {
            readers.add(output, self.stderr.clone(), self.reporter.lines("stderr"))?;
        }
        Ok(readers)
    }
}

/// Reads the code of the exception that ended a process under Wine, if one did.
fn read_exception(mut file: File) -> Option<u32> {
    let mut code = [0; size_of::<u32>()];
    // The file is empty if no exception ended the process.
    file.read_exact(&mut code).is_ok().then_some(u32::from_le_bytes(code))
}

/// How long a process may take to exit after it was asked to. One that does not handle the request exits at once.
const GRACE_PERIOD: Duration = Duration::from_millis(500);

/// How long a killed process may take to be gone.
const KILL_PATIENCE: Duration = Duration::from_secs(5);
