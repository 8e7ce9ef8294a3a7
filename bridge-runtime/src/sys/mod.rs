//! Calls to the operating system that no crate wraps safely; nothing else in the runtime makes any.

mod memory;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

pub(crate) use memory::{MemoryOffer, Shareable, SharedMemory, SharedWords};
#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
pub(crate) use windows::*;
