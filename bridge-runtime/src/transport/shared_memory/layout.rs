//! The layout of the shared memory of a connection.
//!
//! Why sharing it is sound: it consists of atomics only, and no reference to anything else ever points into it. Whatever the
//! other process writes, and whenever, is therefore not a data race in this process, and any bits are a valid value. A number
//! is loaded once, checked, and then used. `shared_bytes` copies frames in and out, and says why that is sound, too.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::marshal::ALIGNMENT;
use crate::shared_bytes;
use crate::sys::Shareable;

/// Words of a frame that the slot holds; the rest goes through the ring. Nearly every frame fits into the slot.
pub(super) const SLOT: usize = 126;

/// Words that the ring holds. The sender writes a piece while the receiver reads the one before. The ring is small enough
/// to stay in the processor's cache, and to take little of a 32-bit process's address space.
pub(super) const RING: usize = 32 << 10;

/// Words that are written to the ring, or read from it, before a counter is updated: enough for the update to cost nothing in
/// comparison.
pub(super) const PIECE: usize = 2 << 10;

const _: () = assert!(RING.is_power_of_two() && RING.is_multiple_of(PIECE));

// Values in a frame are aligned to a word.
const _: () = assert!(size_of::<AtomicU64>() == ALIGNMENT);

/// A value alone in its cache line, and in the next one, which the processor prefetches together with it.
#[repr(C, align(128))]
pub(super) struct CachePadded<T>(pub(super) T);

/// The whole shared memory.
#[repr(C)]
pub(super) struct Layout {
    /// What each end says about itself. The client is first.
    pub(super) ends: [CachePadded<EndState>; 2],
    /// The channel on which each end sends. The client's is first.
    pub(super) channels: [OneWayChannel; 2],
}

/// What an end says about itself.
#[repr(C)]
pub(super) struct EndState {
    /// What it sleeps for, if it sleeps; see [`wakeup`](super::wakeup).
    pub(super) sleep_flag: AtomicU32,
    /// The number of the processor on which it waits, plus 1; 0 as long as that is unknown.
    pub(super) processor: AtomicU32,
}

// SAFETY: `Layout` consists of atomics only, zero is a valid value of each, and no method returns a reference to anything else
// in it.
unsafe impl Shareable for Layout {}

/// Frames in one direction: a slot for the beginning of a frame, and a ring buffer for the rest.
#[repr(C, align(128))]
pub(super) struct OneWayChannel {
    /// The number of frames sent so far, modulo 2^32. The slot holds the last of them.
    pub(super) frames: AtomicU32,
    unused: AtomicU32,
    /// The first words of the frame. They follow the counter, so a short frame is one cache line.
    slot: [AtomicU64; SLOT],
    /// Words written to the ring so far, modulo 2^32. The sender updates it.
    pub(super) written: CachePadded<AtomicU32>,
    /// Words read from the ring so far, modulo 2^32. The receiver updates it.
    pub(super) read: CachePadded<AtomicU32>,
    ring: [AtomicU64; RING],
}

// The layout is the same in a 64-bit process and in a 32-bit one, on every system.
const _: () = assert!(size_of::<OneWayChannel>() == 128 * (8 + 1 + 1) + RING * size_of::<u64>());
const _: () = assert!(size_of::<Layout>() == 2 * 128 + 2 * size_of::<OneWayChannel>());

// The words are written and read without ordering. The counter that publishes them is stored with release ordering and
// loaded with acquire ordering.
impl OneWayChannel {
    /// Writes the first words of a frame to the slot; returns the rest.
    pub(super) fn write_slot<'w>(&self, words: &'w [u64]) -> &'w [u64] {
        let (first, rest) = words.split_at(words.len().min(SLOT));
        write_words(&self.slot, first);
        rest
    }

    /// Reads the first word of a frame, its header.
    pub(super) fn read_header(&self) -> u64 {
        self.slot[0].load(Ordering::Relaxed)
    }

    /// Reads the first words of a frame from the slot. The first of them is the given `header`, which was checked: the word in
    /// the memory may have changed since.
    pub(super) fn read_slot(&self, header: u64, words: &mut [u64]) {
        if let Some((first, rest)) = words.split_first_mut() {
            *first = header;
            read_words(&self.slot[1..], rest);
        }
    }

    /// Writes words to the ring, to which `written` words were written before.
    pub(super) fn write_ring(&self, written: u32, words: &[u64]) {
        let (start, end) = self.ring.split_at(position(written));
        let (first, second) = words.split_at(words.len().min(end.len()));
        write_words(end, first);
        write_words(start, second);
    }

    /// Reads words from the ring, from which `read` words were read before.
    pub(super) fn read_ring(&self, read: u32, words: &mut [u64]) {
        let (start, end) = self.ring.split_at(position(read));
        let (first, second) = words.split_at_mut(words.len().min(end.len()));
        read_words(end, first);
        read_words(start, second);
    }
}

/// The position in the ring of the word after `count` others.
fn position(count: u32) -> usize {
    count as usize % RING
}

fn write_words(memory: &[AtomicU64], words: &[u64]) {
    shared_bytes::write(memory, bytemuck::cast_slice(words));
}

fn read_words(memory: &[AtomicU64], words: &mut [u64]) {
    shared_bytes::read_over(memory, bytemuck::cast_slice_mut(words));
}
