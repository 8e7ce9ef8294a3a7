//! Growing the arena of a channel: the shared memory in which long arrays are passed.
//!
//! A channel begins without one, and long arrays are in their messages. If a call had arrays that did not fit, the client
//! offers a larger arena before the next call. So a program that passes no arrays has no arena, and one that passes them again
//! and again has a large enough one.

use std::io;
use std::sync::Arc;

use super::Channel;
use crate::marshal::{ALIGNMENT, ArenaView, SharedArena};
use crate::sys::{MemoryOffer, SharedWords};
use crate::transport::Route;

/// The most bytes that the arena of a client's first connection may have. The address space of a 32-bit process is 2 to 4 GiB,
/// and the library comes first. Arrays that do not fit are in their messages.
pub(crate) const ARENA_LIMIT: usize = 64 << 20;

/// The most bytes that the arena of each extra connection may have.
pub(crate) const EXTRA_ARENA_LIMIT: usize = 4 << 20;

/// The fewest bytes that an arena is created with.
const ARENA_MINIMUM: usize = 1 << 20;

/// A larger arena, which the server has not opened yet.
pub(crate) struct LargerArena {
    arena: Arc<SharedArena>,
    offer: MemoryOffer,
    words: usize,
}

impl LargerArena {
    /// Makes the address by which a server opens it.
    ///
    /// # Errors
    /// The system's error, if it cannot be handed over.
    pub(crate) fn address(&self, route: &Route) -> io::Result<String> {
        route.memory_address(&self.offer)
    }

    /// Its length in words of eight bytes.
    pub(crate) fn words(&self) -> u32 {
        // At most `ARENA_LIMIT` bytes.
        self.words as u32
    }
}

impl Channel {
    /// Empties the arena for another outermost call.
    #[inline]
    pub(crate) fn reset_arena(&mut self) {
        self.arena.clear();
    }

    /// Creates a larger arena if the last call has overflowed this one; `None` if not, or if it cannot grow.
    #[inline]
    pub(crate) fn grow_arena(&mut self) -> Option<LargerArena> {
        self.grow_arena_to(self.arena.bytes_needed()?)
    }

    #[cold]
    fn grow_arena_to(&mut self, needed: usize) -> Option<LargerArena> {
        let bytes = needed.checked_next_power_of_two().unwrap_or(usize::MAX).max(ARENA_MINIMUM).min(self.arena_limit);
        if bytes <= self.arena_len() {
            return None;
        }
        let words = bytes / ALIGNMENT;
        match SharedWords::new(words) {
            Ok((memory, offer)) => Some(LargerArena { arena: SharedArena::new(memory), offer, words }),
            Err(_) => {
                self.stop_growing();
                None
            }
        }
    }

    /// Uses the larger arena from the next call on. The server has opened it.
    pub(crate) fn use_arena(&mut self, larger: LargerArena) {
        self.arena = ArenaView::new(larger.arena);
    }

    /// Keeps the arena as it is, because one of the processes has no memory for a larger one.
    pub(crate) fn stop_growing(&mut self) {
        self.arena_limit = self.arena_len();
    }

    /// Opens the arena that the client offers, and uses it from the next call on.
    ///
    /// # Errors
    /// The system's error; [`io::ErrorKind::InvalidInput`] if it is larger than allowed.
    pub(crate) fn open_arena(&mut self, address: &str, words: u32) -> io::Result<()> {
        let words = words as usize;
        if words.saturating_mul(ALIGNMENT) > self.arena_limit {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.arena = ArenaView::new(SharedArena::new(SharedWords::open(address, words)?));
        Ok(())
    }

    fn arena_len(&self) -> usize {
        self.arena.arena().map_or(0, |arena| arena.len())
    }
}
