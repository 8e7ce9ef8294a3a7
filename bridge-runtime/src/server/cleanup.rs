//! What a client leaves open is closed when it is gone, by the functions that the interface marks `#[closes]`.

use std::any::TypeId;
use std::io::{self, Write as _};

use super::catch::catch;
use super::connection::DispatchTarget;
use crate::native::{AnyHandle, Closes, Owner, abandoned_by};

/// Closes what a client that is gone left open, on the thread that runs the methods.
pub(crate) fn close_all_of(owner: Owner, target: &dyn DispatchTarget) {
    let handles = abandoned_by(owner);
    if !handles.is_empty() {
        target.close_abandoned(&AbandonedHandles(handles));
    }
}

/// Handles that nobody is left to close, the last one opened first.
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
    /// The method `close` of handles of `T`'s tag.
    pub fn new<T: Closes>(close: &'a dyn Fn(AnyHandle)) -> Self {
        Self { tag: TypeId::of::<T::Tag>(), close }
    }
}

impl AbandonedHandles {
    /// Closes each with the one method there is for its tag. Where there are several, nobody knows which.
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
