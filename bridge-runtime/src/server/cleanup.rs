//! Closing the handles that a client has left open, with the functions that the interface marks `#[closes]`.

use std::any::TypeId;
use std::io::{self, Write as _};

use super::catch::catch;
use crate::native::{AnyHandle, Closes};

/// The open handles of a client that is gone, the last one opened first.
#[derive(Debug)]
pub struct AbandonedHandles(Vec<AnyHandle>);

/// A method that closes a handle and takes nothing else.
pub struct Closer<'a> {
    tag: TypeId,
    close: &'a dyn Fn(AnyHandle),
}

impl std::fmt::Debug for Closer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Closer").field("tag", &self.tag).finish_non_exhaustive()
    }
}

impl<'a> Closer<'a> {
    /// The method `close` for handles with the tag of `T`.
    pub fn new<T: Closes>(close: &'a dyn Fn(AnyHandle)) -> Self {
        Self { tag: TypeId::of::<T::Tag>(), close }
    }
}

impl AbandonedHandles {
    pub(super) fn new(handles: Vec<AnyHandle>) -> Self {
        Self(handles)
    }

    /// Closes each handle with the only method for its tag. Where there are several, none is known to be right.
    pub fn close(&self, closers: &[Closer<'_>]) {
        for handle in &self.0 {
            let mut fitting = closers.iter().filter(|closer| handle.is(closer.tag));
            if let (Some(closer), None) = (fitting.next(), fitting.next()) {
                let result = catch(|| {
                    (closer.close)(*handle);
                    Ok(())
                });
                if let Err(fault) = result {
                    // Not `eprintln`, which panics when nobody reads.
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
