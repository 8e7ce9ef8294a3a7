//! The server process: finding its program, starting it, reading its output, and ending it.

mod child;
mod launch;
mod locate;
mod output;
mod supervise;
mod wine;

pub(crate) use launch::{Launch, LaunchedServer, Program};
pub(crate) use locate::locate;
pub use output::Output;
pub(crate) use supervise::{ProcessExit, Supervisor};

/// The argument that a client starts its server with.
pub(crate) const STARTED_BY_CLIENT: &str = "--started-by-client";
