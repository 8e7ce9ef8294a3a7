//! Watching over the server process: its output, its end, and ending it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use shared_child::SharedChild;

use super::ExitStatus;
use super::output::{Output, Tail, drain};

/// How the server ended, and the last it wrote.
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
    /// The line to the server: it ends itself when this closes.
    control: Mutex<Option<ChildStdin>>,
    end: Arc<EndCell>,
    stderr: Tail,
}

/// The end, recorded once.
#[derive(Debug, Default)]
struct EndCell {
    end: Mutex<Option<std::io::Result<End>>>,
    recorded: Condvar,
    /// The same, for a look in passing.
    is_recorded: AtomicBool,
}

/// How long the output may go on after the process has ended: a process that it started itself may hold it open.
const OUTPUT_AFTER_END: Duration = Duration::from_millis(200);

impl Supervisor {
    /// Starts a process; `on_end` runs when it has ended, in another thread. `exception` is present for a process of
    /// Wine's, which leaves the exception that ends it there.
    pub(crate) fn spawn(
        command: &mut Command,
        output: Output,
        exception: Option<File>,
        on_end: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<Self> {
        let output = || match output {
            Output::Capture => Stdio::piped(),
            Output::Inherit => Stdio::inherit(),
        };
        crate::sys::without_console(command);
        let child = SharedChild::spawn(command.stdin(Stdio::piped()).stdout(output()).stderr(output()))?;
        let child = Arc::new(child);
        let (stdout, stderr) = (Tail::default(), Tail::default());
        let supervisor =
            Self { control: Mutex::new(child.take_stdin()), end: Arc::default(), stderr: stderr.clone(), child };
        if let Err(error) = supervisor.watch((stdout, stderr), exception, on_end) {
            // Without its watchers the server would be left to itself.
            let _ = supervisor.child.kill();
            let _ = supervisor.child.wait();
            return Err(error);
        }
        Ok(supervisor)
    }

    fn watch(
        &self,
        (stdout, stderr): (Tail, Tail),
        exception: Option<File>,
        on_end: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<()> {
        let mut drains = Vec::new();
        if let Some(output) = self.child.take_stdout() {
            drains.push(drain(output, stdout.clone())?);
        }
        if let Some(output) = self.child.take_stderr() {
            drains.push(drain(output, stderr.clone())?);
        }
        let (child, cell) = (Arc::clone(&self.child), Arc::clone(&self.end));
        std::thread::Builder::new().name("bridge32 server watch".to_owned()).spawn(move || {
            let status = child.wait();
            let deadline = Instant::now() + OUTPUT_AFTER_END;
            while drains.iter().any(|drain| !drain.is_finished()) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(1));
            }
            let end = status.map(|status| End {
                status: match exception {
                    None => status.into(),
                    Some(file) => ExitStatus::of_wine(status, read_exception(file)),
                },
                stdout: stdout.text(),
                stderr: stderr.text(),
            });
            *cell.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
            cell.is_recorded.store(true, Ordering::Release);
            cell.recorded.notify_all();
            on_end();
        })?;
        Ok(())
    }

    /// Whether the end has been recorded.
    pub(crate) fn has_ended(&self) -> bool {
        self.end.is_recorded.load(Ordering::Acquire)
    }

    /// Ends the process, and does not wait for its end.
    pub(crate) fn kill(&self) {
        // It fails for a process that is ending already; whatever else there may be, waiting for the end shows it.
        let _ = self.child.kill();
    }

    /// The number of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Says a line to the server over its standard input.
    pub(crate) fn tell(&self, line: &str) -> std::io::Result<()> {
        match &mut *self.control.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(control) => control.write_all(format!("{line}\n").as_bytes()),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Lets the server know that it is no longer needed.
    pub(crate) fn release(&self) {
        *self.control.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Waits for the end, for `patience` at most.
    pub(crate) fn wait(&self, patience: Duration) -> Option<std::io::Result<End>> {
        let end = self.end.end.lock().unwrap_or_else(PoisonError::into_inner);
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
    /// What the system says when it can neither be ended nor waited for.
    pub(crate) fn end(&self, patience: Duration) -> std::io::Result<End> {
        self.release();
        if let Some(end) = self.wait(patience) {
            return end;
        }
        self.child.kill()?;
        self.wait(KILL_PATIENCE).unwrap_or_else(|| Err(std::io::ErrorKind::TimedOut.into()))
    }

    /// The last it wrote to standard error, so far.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.text()
    }
}

/// The exception that a process of Wine's left, if one ended it.
fn read_exception(mut file: File) -> Option<u32> {
    let mut code = [0; size_of::<u32>()];
    // The end of the file comes early where nothing was written.
    file.read_exact(&mut code).is_ok().then_some(u32::from_le_bytes(code))
}

/// How long a process that was killed may take to be gone.
const KILL_PATIENCE: Duration = Duration::from_secs(5);
