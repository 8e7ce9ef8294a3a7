//! Starting the implementation with the client's start arguments.

use std::error::Error as StdError;
use std::path::PathBuf;

use super::catch::catch;
use super::context::{Serve, ServerContext};
use crate::error::{LibraryError, with_sources};
use crate::interface::Interface;
use crate::sys;
use crate::wire::{Start, StartFailure};

/// Starts the implementation with the client's start arguments.
///
/// # Errors
/// The failure to report to the client.
pub(super) fn start<S: Serve>(start: Start) -> Result<S, StartFailure> {
    let args = postcard::take_from_bytes::<<S::Interface as Interface>::Args>(&start.args);
    let args = match args {
        Ok((args, [])) => args,
        Ok(_) => return Err(StartFailure::Args("there are bytes after the arguments".to_owned())),
        Err(error) => return Err(StartFailure::Args(error.to_string())),
    };
    let library_dirs: Vec<_> = start.library_dirs.into_iter().map(PathBuf::from).collect();
    for dir in &library_dirs {
        if let Err(source) = dir.read_dir() {
            let error = LibraryError::NoFolder { path: dir.display().to_string(), source: source.into() };
            return Err(StartFailure::Library(error));
        }
    }
    sys::search_libraries_also_in(&library_dirs).map_err(|error| {
        StartFailure::Server(format!("the folders that `.library_dir(…)` names cannot be searched: {error}"))
    })?;
    let mut started = None;
    // A panic in `Serve::start` is reported like a panic in a method.
    catch(|| {
        started = Some(S::start(ServerContext::new(args, start.library.map(PathBuf::from), library_dirs)));
        Ok(())
    })
    .map_err(|fault| StartFailure::Server(fault.to_string()))?;
    match started {
        Some(result) => result.map_err(failure),
        None => Err(StartFailure::Server("it made nothing".to_owned())),
    }
}

/// Converts the error of [`Serve::start`].
fn failure(error: Box<dyn StdError + Send + Sync>) -> StartFailure {
    match error.downcast::<LibraryError>() {
        Ok(error) => StartFailure::Library(*error),
        Err(error) => StartFailure::Server(with_sources(&*error)),
    }
}
