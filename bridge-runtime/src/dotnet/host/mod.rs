//! The .NET runtime of this process: the CLR on Windows, and Mono elsewhere or if there is no CLR.

#[cfg(windows)]
mod clr;
mod mono;
mod shim;

use std::sync::OnceLock;

use shim::ShimEntry;

pub(super) use self::shim::Operation;
use super::value::Value;
use crate::error::LibraryError;
use crate::library::bits;

/// A running .NET runtime, with the shim loaded.
pub(super) struct Host {
    entry: ShimEntry,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Host")
    }
}

static HOST: OnceLock<Result<Host, Vec<String>>> = OnceLock::new();

impl Host {
    /// The runtime of this process. The first call starts it; it then runs until the process ends, because neither the CLR
    /// nor Mono can be started twice.
    pub(super) fn get() -> Result<&'static Self, LibraryError> {
        let host = HOST.get_or_init(start);
        host.as_ref().map_err(|tried| LibraryError::NoManagedRuntime {
            process: bits(cfg!(target_pointer_width = "64"), std::env::consts::ARCH),
            os: std::env::consts::OS.to_owned(),
            tried: tried.clone(),
        })
    }

    /// The runtime, if it was started.
    pub(super) fn running() -> Option<&'static Self> {
        HOST.get()?.as_ref().ok()
    }

    /// Calls the shim; returns its status and its result.
    ///
    /// # Safety
    /// Each argument that is an address is valid for as many elements as it says.
    pub(super) unsafe fn call_shim(&self, operation: Operation, subject: i32, arguments: &mut [Value]) -> (i32, Value) {
        let mut result = Value::NULL;
        let count = i32::try_from(arguments.len()).unwrap_or(i32::MAX);
        // SAFETY: `count` arguments are there, valid as guaranteed by the caller, and the shim writes one result.
        let status = unsafe { (self.entry)(operation, subject, arguments.as_mut_ptr(), count, &raw mut result) };
        (status, result)
    }
}

/// Starts the first runtime that can be started; the error says of each why it could not.
fn start() -> Result<Host, Vec<String>> {
    let mut tried = Vec::new();
    #[cfg(windows)]
    match clr::start() {
        Ok(entry) => return Ok(Host { entry }),
        Err(error) => tried.push(error),
    }
    match mono::start() {
        Ok(entry) => return Ok(Host { entry }),
        Err(error) => tried.push(error),
    }
    Err(tried)
}
