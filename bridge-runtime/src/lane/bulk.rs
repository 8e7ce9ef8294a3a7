//! How much memory a lane has beside its messages.
//!
//! It begins with none: long arrays are in their messages. What a call has missed the client makes before the next one, so
//! a program that sends no arrays has no such memory, and one that sends them again and again has enough.

use std::io;
use std::sync::Arc;

use super::LaneEnd;
use crate::marshal::{ALIGNMENT, Beside, Bulk};
use crate::sys::{Offer, SharedWords};

/// Bytes that one lane has at most. What does not fit goes in its message: a 32-bit process has 2 to 4 GiB of addresses for
/// everything, and the library comes first.
pub(crate) const WIDEST: usize = 64 << 20;

/// Likewise, for each of the further lanes of a client.
pub(crate) const WIDEST_FURTHER: usize = 4 << 20;

/// Bytes that are made at least.
const NARROWEST: usize = 1 << 20;

/// More memory, which the server has yet to take.
pub(crate) struct WiderBulk {
    bulk: Arc<Bulk>,
    offer: Offer,
    words: usize,
}

impl WiderBulk {
    /// What the server opens it by.
    pub(crate) fn address(&self) -> String {
        self.offer.address()
    }

    /// How long it is.
    pub(crate) fn words(&self) -> u32 {
        // At most `WIDEST`.
        self.words as u32
    }
}

impl LaneEnd {
    /// Makes the memory that the last call has missed; `None` if it has missed none, or there is no more to be had.
    #[inline]
    pub(crate) fn widen(&mut self) -> Option<WiderBulk> {
        self.widen_to(self.beside.wanted()?)
    }

    #[cold]
    fn widen_to(&mut self, wanted: usize) -> Option<WiderBulk> {
        let has = self.beside.bulk().map_or(0, |bulk| bulk.len());
        let bytes = wanted.checked_next_power_of_two().unwrap_or(usize::MAX).max(NARROWEST).min(self.widest);
        if bytes <= has {
            return None;
        }
        match SharedWords::new(bytes / ALIGNMENT) {
            Ok((words, offer)) => Some(WiderBulk { bulk: Bulk::new(words), offer, words: bytes / ALIGNMENT }),
            Err(_) => {
                self.stay();
                None
            }
        }
    }

    /// Has that memory from the next call on, which the server has as well.
    pub(crate) fn take_bulk(&mut self, wider: WiderBulk) {
        self.beside = Beside::new(wider.bulk);
    }

    /// The server has no room for more, and is not asked again.
    pub(crate) fn stay(&mut self) {
        self.widest = self.beside.bulk().map_or(0, |bulk| bulk.len());
    }

    /// Opens the memory that the client has made.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::InvalidInput`] if it is more than a lane has.
    pub(crate) fn open_bulk(&mut self, address: &str, words: u32) -> io::Result<()> {
        let words = words as usize;
        if words.saturating_mul(ALIGNMENT) > self.widest {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.beside = Beside::new(Bulk::new(SharedWords::open(address, words)?));
        Ok(())
    }
}
