//! Formats a source with rustfmt.

use std::io::Write as _;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};

use crate::command::clean;

/// Formats a source with rustfmt, if there is one.
pub(super) fn format(source: String) -> (String, Vec<String>) {
    match rustfmt(&source) {
        Ok(formatted) => (formatted, Vec::new()),
        Err(error) => (source, vec![format!("the output is not formatted: {error:#}")]),
    }
}

fn rustfmt(source: &str) -> Result<String> {
    let mut command = clean("rustfmt");
    command.args(["--edition", "2024"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("cannot start rustfmt (`rustup component add rustfmt`)")?;
    let mut stdin = child.stdin.take().context("rustfmt has no input")?;
    let source = source.to_owned();
    // In a thread of its own: rustfmt may write before it has read everything.
    let writer = std::thread::spawn(move || stdin.write_all(source.as_bytes()));
    let output = child.wait_with_output().context("rustfmt does not end")?;
    let _ = writer.join();
    if !output.status.success() {
        bail!("rustfmt fails: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).context("rustfmt's output is not UTF-8")
}
