//! The one place that runs a long command: with progress, its output kept back and shown only where it failed.

use std::fs::File;
use std::io::{IsTerminal as _, Read as _};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use tempfile::NamedTempFile;

/// How often a running command is looked at.
const TICK: Duration = Duration::from_millis(50);
/// How often a line tells that a command still runs, where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// What takes longer than this is told of.
const NOTEWORTHY: Duration = Duration::from_secs(1);
/// A command that runs longer hangs: the slowest, a download over a bad line, is done in minutes.
const LONGEST: Duration = Duration::from_secs(45 * 60);
/// How much of a failed command's output is shown.
const TAIL_LINES: usize = 15;

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    status: ExitStatus,
    output: String,
    shown: String,
}

impl Outcome {
    /// Whether the command succeeded.
    pub(crate) fn success(&self) -> bool {
        self.status.success()
    }

    /// All that it wrote to stdout and stderr.
    pub(crate) fn output(&self) -> &str {
        &self.output
    }

    /// The last line that says something, cut to a length that fits into a message.
    pub(crate) fn last_line(&self) -> String {
        last_line(&self.output, 120).unwrap_or_else(|| "it said nothing".into())
    }

    /// The command's failure as an error that shows the end of its output.
    ///
    /// # Errors
    /// Where the command failed.
    pub(crate) fn check(self) -> Result<Self> {
        if self.success() {
            return Ok(self);
        }
        let lines: Vec<_> = self.output.lines().filter(|line| !line.trim().is_empty()).collect();
        let tail = &lines[lines.len().saturating_sub(TAIL_LINES)..];
        let tail: String = tail.iter().map(|line| format!("\n    {line}")).collect();
        Err(anyhow!("`{}` failed ({}); the end of its output:{tail}", self.shown, self.status))
    }
}

/// Runs a command to its end. `what` says in a few words what it does.
///
/// # Errors
/// Where the command cannot be started. That it failed is in the outcome.
pub(crate) fn run(what: &str, command: &mut Command) -> Result<Outcome> {
    let shown = shown(command);
    // A file rather than pipes: a command may leave a process behind (Wine does) that holds its output open.
    let log = NamedTempFile::new().context("cannot make a temporary file")?;
    let mut output = Output { file: log.reopen().context("cannot open a temporary file")?, bytes: Vec::new() };
    let mut child = command
        .stdin(Stdio::null())
        .stdout(log.as_file().try_clone().context("cannot share a temporary file")?)
        .stderr(log.as_file().try_clone().context("cannot share a temporary file")?)
        .spawn()
        .with_context(|| format!("cannot start `{shown}`; is it installed?"))?;

    let mut report = Report::start(what);
    let status = loop {
        if let Some(status) = child.try_wait().with_context(|| format!("cannot wait for `{shown}`"))? {
            break status;
        }
        if report.started.elapsed() > LONGEST {
            // It may have ended just now; either way it is waited for.
            let _ = child.kill();
            let _ = child.wait();
            bail!("`{shown}` has not ended within {} minutes and was stopped", LONGEST.as_secs() / 60);
        }
        report.tick(&mut output);
        std::thread::sleep(TICK);
    };
    output.read().context("cannot read a temporary file")?;
    report.finish(status.success());
    Ok(Outcome { status, output: output.text(), shown })
}

/// A command as its user would recognise it.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// What a running command has written, read by a handle with a position of its own.
struct Output {
    file: File,
    bytes: Vec<u8>,
}

impl Output {
    /// Reads on.
    fn read(&mut self) -> std::io::Result<()> {
        self.file.read_to_end(&mut self.bytes).map(drop)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// What it wrote last, cut to a length that leaves room beside it.
    fn latest(&mut self) -> String {
        // What cannot be read now is read at the end, or fails there.
        let _ = self.read();
        let end = String::from_utf8_lossy(&self.bytes[self.bytes.len().saturating_sub(1000)..]);
        last_line(&end, 70).unwrap_or_default()
    }
}

/// The last line that says something, cut to a length.
fn last_line(text: &str, longest: usize) -> Option<String> {
    let line = text.rsplit(['\n', '\r']).map(str::trim).find(|line| !line.is_empty())?;
    Some(match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    })
}

/// What the user sees while a command runs: a spinner on a terminal, lines elsewhere.
struct Report<'a> {
    what: &'a str,
    started: Instant,
    spinner: Option<ProgressBar>,
    next_line: Duration,
}

impl<'a> Report<'a> {
    fn start(what: &'a str) -> Self {
        Self {
            what,
            started: Instant::now(),
            spinner: std::io::stderr().is_terminal().then(|| spinner(what)),
            next_line: NOTEWORTHY,
        }
    }

    fn tick(&mut self, output: &mut Output) {
        let elapsed = self.started.elapsed();
        if let Some(spinner) = &self.spinner {
            if elapsed >= self.next_line {
                spinner.set_message(format!("{} … {} s  {}", self.what, elapsed.as_secs(), output.latest()));
                self.next_line = elapsed + NOTEWORTHY;
            }
            spinner.tick();
        } else if elapsed >= self.next_line {
            eprintln!("    {} … {} s  {}", self.what, elapsed.as_secs(), output.latest());
            self.next_line = if elapsed < LINE_EVERY { LINE_EVERY } else { self.next_line + LINE_EVERY };
        }
    }

    fn finish(self, success: bool) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
        let elapsed = self.started.elapsed();
        if elapsed >= NOTEWORTHY {
            let end = if success { "done in" } else { "failed after" };
            eprintln!("    {}: {end} {:.1} s", self.what, elapsed.as_secs_f64());
        }
    }
}

fn spinner(what: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what.to_owned());
    if let Ok(style) = ProgressStyle::with_template("  {spinner} {wide_msg}") {
        spinner.set_style(style);
    }
    spinner
}

#[cfg(all(test, unix))]
mod tests {
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
    fn a_process_left_behind_is_not_waited_for() {
        let started = Instant::now();
        let outcome = run("leaving", Command::new("sh").args(["-c", "sleep 30 & echo left"])).expect("sh starts");
        assert!(outcome.success() && outcome.output() == "left\n");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn what_cannot_be_started_is_named() {
        let error = run("nothing", &mut Command::new("no-such-program-32")).expect_err("there is none");
        assert!(error.to_string().contains("no-such-program-32"));
    }
}
