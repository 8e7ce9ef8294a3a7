//! How much memory a connection has beside its messages.
//!
//! It begins with none: long arrays are in their messages. What a call has missed the client makes before the next one, so
//! a program that sends no arrays has no such memory, and one that sends them again and again has enough.

use std::io;
use std::sync::Arc;

use super::Channel;
use crate::marshal::{ALIGNMENT, ArenaView, SharedArena};
use crate::sys::{Offer, SharedWords};

/// Bytes that one connection has at most. What does not fit goes in its message: a 32-bit process has 2 to 4 GiB of addresses for
/// everything, and the library comes first.
pub(crate) const ARENA_LIMIT: usize = 64 << 20;

/// Likewise, for each of the extra connections of a client.
pub(crate) const EXTRA_ARENA_LIMIT: usize = 4 << 20;

/// Bytes that are made at least.
const ARENA_MINIMUM: usize = 1 << 20;

/// More memory, which the server has yet to take.
pub(crate) struct LargerArena {
    arena: Arc<SharedArena>,
    offer: Offer,
    words: usize,
}

impl LargerArena {
    /// What the server opens it by.
    pub(crate) fn address(&self) -> String {
        self.offer.address()
    }

    /// How long it is.
    pub(crate) fn words(&self) -> u32 {
        // At most `ARENA_LIMIT`.
        self.words as u32
    }
}

impl Channel {
    /// Makes the memory that the last call has missed; `None` if it has missed none, or there is no more to be had.
    #[inline]
    pub(crate) fn grow_arena(&mut self) -> Option<LargerArena> {
        self.grow_arena_to(self.arena.wanted()?)
    }

    #[cold]
    fn grow_arena_to(&mut self, wanted: usize) -> Option<LargerArena> {
        let has = self.arena.arena().map_or(0, |arena| arena.len());
        let bytes = wanted.checked_next_power_of_two().unwrap_or(usize::MAX).max(ARENA_MINIMUM).min(self.arena_limit);
        if bytes <= has {
            return None;
        }
        match SharedWords::new(bytes / ALIGNMENT) {
            Ok((words, offer)) => Some(LargerArena { arena: SharedArena::new(words), offer, words: bytes / ALIGNMENT }),
            Err(_) => {
                self.stop_growing();
                None
            }
        }
    }

    /// Has that memory from the next call on, which the server has as well.
    pub(crate) fn use_arena(&mut self, wider: LargerArena) {
        self.arena = ArenaView::new(wider.arena);
    }

    /// The server has no room for more, and is not asked again.
    pub(crate) fn stop_growing(&mut self) {
        self.arena_limit = self.arena.arena().map_or(0, |arena| arena.len());
    }

    /// Opens the memory that the client has made.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::InvalidInput`] if it is more than a connection has.
    pub(crate) fn open_arena(&mut self, address: &str, words: u32) -> io::Result<()> {
        let words = words as usize;
        if words.saturating_mul(ALIGNMENT) > self.arena_limit {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.arena = ArenaView::new(SharedArena::new(SharedWords::open(address, words)?));
        Ok(())
    }
}
