//! Closing the handles that a disconnected client has left open, with the methods whose parameters are marked `#[closes]`.

use std::any::TypeId;
use std::io::{self, Write as _};

use super::catch::catch;
use crate::native::{AnyHandle, Closes, Handle};

/// The open handles of a disconnected client, the last one opened first.
#[derive(Debug)]
pub struct AbandonedHandles(Vec<AnyHandle>);

/// A method that closes a handle and has no other parameters.
pub struct Closer<'a> {
    handle: TypeId,
    close: &'a dyn Fn(AnyHandle),
}

impl std::fmt::Debug for Closer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Closer").field("handle", &self.handle).finish_non_exhaustive()
    }
}

impl<'a> Closer<'a> {
    /// Makes a closer from the method that closes handles of the type `T`.
    pub fn new<T: Closes>(close: &'a dyn Fn(AnyHandle)) -> Self {
        Self { handle: TypeId::of::<Handle<T::Tag, T::Raw>>(), close }
    }
}

impl AbandonedHandles {
    pub(super) fn new(handles: Vec<AnyHandle>) -> Self {
        Self(handles)
    }

    /// Closes each handle with the method for its tag. A tag with several methods is skipped, because any of them may be wrong.
    pub fn close(&self, closers: &[Closer<'_>]) {
        for handle in &self.0 {
            let mut fitting = closers.iter().filter(|closer| handle.is(closer.handle));
            if let (Some(closer), None) = (fitting.next(), fitting.next()) {
                let result = catch(|| {
                    (closer.close)(*handle);
                    Ok(())
                });
                if let Err(fault) = result {
                    // Not `eprintln`, which panics if standard error is closed.
                    let _ = writeln!(io::stderr(), "an abandoned handle of `{}`: {fault}", handle.tag_name());
                }
            }
        }
    }
}

impl Drop for AbandonedHandles {
    fn drop(&mut self) {
        self.0.iter().for_each(|handle| handle.forget());
    }
}
