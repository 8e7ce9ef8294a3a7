//! The server as a process: finding its program, starting it, and knowing how it ended.

mod launch;
mod locate;
mod output;
mod supervise;

pub(crate) use launch::{Launch, LaunchedServer, Program};
pub(crate) use locate::locate;
pub use output::Output;
pub(crate) use supervise::{End, Supervisor};

/// What tells a server program that a client started it.
pub(crate) const STARTED_BY_CLIENT: &str = "--started-by-client";
