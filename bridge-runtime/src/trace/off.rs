//! The stand-in without the feature `tracing`.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::time::Duration;

pub(crate) fn started(_pid: u32, _generation: u32, _server: &Path) {}

pub(crate) fn deadline_passed(_pid: u32, _method: &str, _after: Duration) {}

#[derive(Debug)]
pub(crate) struct Reporter;

impl Reporter {
    pub(crate) fn new() -> Self {
        Self
    }

    #[allow(clippy::unnecessary_wraps, reason = "with the feature it may fail")]
    pub(crate) fn begin(&mut self, _pid: u32) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn lines(&self, _stream: &'static str) -> Lines {
        Lines
    }

    pub(crate) fn ended(self, _status: impl Display, _success: bool) {}
}

#[derive(Debug)]
pub(crate) struct Lines;

impl Lines {
    pub(crate) fn push(&mut self, _bytes: &[u8]) {}

    pub(crate) fn finish(self) {}
}
