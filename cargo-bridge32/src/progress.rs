//! Runs long commands: shows their progress, and their output only if they fail.

use std::fs::File;
use std::io::Read as _;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use tempfile::NamedTempFile;

/// The interval at which a running command is checked, and its progress shown.
const TICK: Duration = Duration::from_millis(50);
/// The interval of progress lines if there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// The time after which a command's progress is shown.
const SHOW_AFTER: Duration = Duration::from_secs(1);
/// The time after which a command is killed: even a download over a slow connection takes minutes.
const TIMEOUT: Duration = Duration::from_secs(45 * 60);
/// How many lines of a failed command's output are shown.
const TAIL_LINES: usize = 15;

/// The result of a command.
#[derive(Debug)]
pub(crate) struct Outcome {
    status: ExitStatus,
    output: String,
    /// The command line.
    command: String,
}

impl Outcome {
    /// Whether the command succeeded.
    pub(crate) fn success(&self) -> bool {
        self.status.success()
    }

    /// Returns its stdout and stderr.
    pub(crate) fn output(&self) -> &str {
        &self.output
    }

    /// Returns the last line of the output that is not empty, cut to a length that fits into a message.
    pub(crate) fn last_line(&self) -> String {
        last_line(&self.output, 120).unwrap_or_else(|| "no output".into())
    }

    /// Turns a failure into an error that shows the end of the output.
    ///
    /// # Errors
    /// Fails if the command failed.
    pub(crate) fn check(self) -> Result<Self> {
        if self.success() {
            return Ok(self);
        }
        let lines: Vec<_> = self.output.lines().filter(|line| !line.trim().is_empty()).collect();
        let tail = &lines[lines.len().saturating_sub(TAIL_LINES)..];
        let tail: String = tail.iter().map(|line| format!("\n    {line}")).collect();
        Err(anyhow!("`{}` failed ({}); the end of its output:{tail}", self.command, self.status))
    }
}

/// Runs a command to its end, with a progress message `what`. The outcome says whether it failed.
///
/// # Errors
/// Fails if the command cannot be started, or does not end in time.
pub(crate) fn run(what: &str, command: &mut Command) -> Result<Outcome> {
    let command_line = command_line(command);
    // A file, not a pipe: a command may start a process that outlives it and keeps its output open, as Wine does.
    let log = NamedTempFile::new().context("cannot make a temporary file")?;
    let mut output = Output { file: log.reopen().context("cannot open a temporary file")?, bytes: Vec::new() };
    let mut child = command
        .stdin(Stdio::null())
        .stdout(log.as_file().try_clone().context("cannot share a temporary file")?)
        .stderr(log.as_file().try_clone().context("cannot share a temporary file")?)
        .spawn()
        .with_context(|| format!("cannot start `{command_line}`; is it installed?"))?;

    let mut report = Report::start(what);
    let status = loop {
        if let Some(status) = child.try_wait().with_context(|| format!("cannot wait for `{command_line}`"))? {
            break status;
        }
        if report.bar.elapsed() > TIMEOUT {
            // Both fail only if it has just ended by itself.
            let _ = child.kill();
            let _ = child.wait();
            bail!("`{command_line}` has not ended within {} minutes and was stopped", TIMEOUT.as_secs() / 60);
        }
        report.tick(&mut output);
        std::thread::sleep(TICK);
    };
    output.read().context("cannot read a temporary file")?;
    report.finish(status.success());
    Ok(Outcome { status, output: output.text(), command: command_line })
}

/// Returns a command as the user would type it.
fn command_line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// The output of a running command, read through a file handle with its own position.
struct Output {
    file: File,
    bytes: Vec<u8>,
}

impl Output {
    /// Reads what has been written since the last time.
    fn read(&mut self) -> std::io::Result<()> {
        self.file.read_to_end(&mut self.bytes).map(drop)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Returns the last line, cut to a length that leaves room for the message.
    fn latest(&mut self) -> String {
        // If this fails, the read at the end fails, too, and reports it.
        let _ = self.read();
        let end = String::from_utf8_lossy(&self.bytes[self.bytes.len().saturating_sub(1000)..]);
        last_line(&end, 70).unwrap_or_default()
    }
}

/// Returns the last line that is not empty, cut to a length.
fn last_line(text: &str, longest: usize) -> Option<String> {
    let line = text.rsplit(['\n', '\r']).map(str::trim).find(|line| !line.is_empty())?;
    Some(match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    })
}

/// Shows the progress of a command: a bar on a terminal, as wide as that is, otherwise lines.
struct Report<'a> {
    what: &'a str,
    bar: ProgressBar,
    next_line: Duration,
}

impl<'a> Report<'a> {
    fn start(what: &'a str) -> Self {
        // It is hidden if there is no terminal. A longer message is cut.
        let bar = ProgressBar::new_spinner().with_message(what.to_owned());
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {wide_msg}") {
            bar.set_style(style);
        }
        Self { what, bar, next_line: SHOW_AFTER }
    }

    fn tick(&mut self, output: &mut Output) {
        self.bar.tick();
        let elapsed = self.bar.elapsed();
        if elapsed < self.next_line {
            return;
        }
        let line = format!("{} … {} s  {}", self.what, elapsed.as_secs(), output.latest());
        self.next_line += match self.bar.is_hidden() {
            true if elapsed < LINE_EVERY => LINE_EVERY - SHOW_AFTER,
            true => LINE_EVERY,
            false => SHOW_AFTER,
        };
        match self.bar.is_hidden() {
            true => eprintln!("    {line}"),
            false => self.bar.set_message(line),
        }
    }

    fn finish(self, success: bool) {
        self.bar.finish_and_clear();
        let elapsed = self.bar.elapsed();
        if elapsed >= SHOW_AFTER {
            let end = if success { "done in" } else { "failed after" };
            eprintln!("    {}: {end} {:.1} s", self.what, elapsed.as_secs_f64());
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_failure_shows_the_end_of_the_output() {
        let outcome =
            run("counting", Command::new("sh").args(["-c", "seq 100; echo wrong >&2; exit 3"])).expect("sh starts");
        assert_eq!(outcome.last_line(), "wrong");
        let error = outcome.check().expect_err("it exited with 3").to_string();
        assert!(error.contains("exit status: 3") && error.ends_with("100\n    wrong"), "{error}");
        assert!(!error.contains("\n    50\n"), "{error}");
    }

    #[test]
    fn the_latest_line_is_found_and_cut() {
        assert_eq!(last_line("one\nwaiting 1 s\rwaiting 2 s\n\n", 70).as_deref(), Some("waiting 2 s"));
        assert_eq!(last_line("äöü", 2).as_deref(), Some("äö…"));
        assert_eq!(last_line(" \n", 2), None);
    }

    #[test]
    fn a_process_that_outlives_the_command_is_not_waited_for() {
        let started = Instant::now();
        let outcome =
            run("starting a process", Command::new("sh").args(["-c", "sleep 30 & echo left"])).expect("sh starts");
        assert!(outcome.success() && outcome.output() == "left\n");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_command_that_cannot_be_started_is_named() {
        let error = run("nothing", &mut Command::new("no-such-program-32")).expect_err("there is none");
        assert!(error.to_string().contains("no-such-program-32"));
    }
}
