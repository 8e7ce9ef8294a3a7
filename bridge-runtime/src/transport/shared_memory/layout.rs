//! What lies in the memory that both ends of shared memory have.
//!
//! It is made of atomics alone, so that nothing that the other process writes to it, at whatever moment, is undefined
//! behaviour here: a number is read once, checked, and used. Messages are copied in and out, eight bytes at a time; no
//! reference to the bytes of a message ever points here.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::marshal::ALIGNMENT;
use crate::sys::Shareable;

/// Words of a message that lie in its slot; the rest goes through the ring. Nearly every message is complete with it.
pub(super) const SLOT: usize = 126;

/// Words that are under way at most. Longer messages follow piece by piece: the sender writes one while the receiver
/// reads the last. It is small enough for both to stay in the processor's cache, and for the addresses of a 32-bit
/// process to be no concern.
pub(super) const RING: usize = 32 << 10;

/// Words that are written or read before the other side is told: many enough for the telling to cost nothing.
pub(super) const PIECE: usize = 2 << 10;

const _: () = assert!(RING.is_power_of_two() && RING.is_multiple_of(PIECE));

// One word carries what one aligned place of a message holds.
const _: () = assert!(size_of::<AtomicU64>() == ALIGNMENT);

/// A value that shares its line of the processor's cache with nothing, nor the next line, which is fetched with it.
#[repr(C, align(128))]
pub(super) struct Apart<T>(pub(super) T);

/// Everything.
#[repr(C)]
pub(super) struct Layout {
    /// What each side is asleep for, and wants to be woken by; see [`doorbell`](super::bell). The client's is first.
    pub(super) asleep: [Apart<AtomicU32>; 2],
    /// What each side sends. The client's is first.
    pub(super) channels: [SimplexChannel; 2],
}

// SAFETY: atomics alone.
unsafe impl Shareable for Layout {}

/// What goes one way.
#[repr(C, align(128))]
pub(super) struct SimplexChannel {
    /// Messages sent so far, modulo 2^32. What stands in the slot belongs to the last one.
    pub(super) turn: AtomicU32,
    unused: AtomicU32,
    /// The first words of the message. Beside the turn: a short message is one line of cache.
    slot: [AtomicU64; SLOT],
    /// Words written to the ring so far, modulo 2^32.
    pub(super) written: Apart<AtomicU32>,
    /// Words taken from the ring so far, modulo 2^32; the receiver's.
    pub(super) taken: Apart<AtomicU32>,
    ring: [AtomicU64; RING],
}

// The memory of a 64-bit process and of a 32-bit one is the same, on either system.
const _: () = assert!(size_of::<SimplexChannel>() == 128 * (8 + 1 + 1) + RING * size_of::<u64>());
const _: () = assert!(size_of::<Layout>() == 2 * 128 + 2 * size_of::<SimplexChannel>());

impl SimplexChannel {
    /// Writes the first words of a message; returns the rest.
    pub(super) fn write_slot<'w>(&self, words: &'w [u64]) -> &'w [u64] {
        let (first, rest) = words.split_at(words.len().min(SLOT));
        copy_in(first, &self.slot);
        rest
    }

    /// Reads the first word of a message.
    pub(super) fn read_header(&self) -> u64 {
        self.slot[0].load(Ordering::Relaxed)
    }

    /// Reads the first words of a message, after its `header`, which was checked: it is what it is, whatever stands there now.
    pub(super) fn read_slot(&self, header: u64, words: &mut [u64]) {
        if let Some((first, rest)) = words.split_first_mut() {
            *first = header;
            copy_out(&self.slot[1..], rest);
        }
    }

    /// Writes words to the ring, so many others having been written before.
    pub(super) fn write_ring(&self, before: u32, words: &[u64]) {
        let (head, tail) = self.ring.split_at(place(before));
        let (first, second) = words.split_at(words.len().min(tail.len()));
        copy_in(first, tail);
        copy_in(second, head);
    }

    /// Reads words from the ring, so many others having been read before.
    pub(super) fn read_ring(&self, before: u32, words: &mut [u64]) {
        let (head, tail) = self.ring.split_at(place(before));
        let (first, second) = words.split_at_mut(words.len().min(tail.len()));
        copy_out(tail, first);
        copy_out(head, second);
    }
}

/// Where in the ring the next word is.
fn place(before: u32) -> usize {
    before as usize % RING
}

// Every word by itself has no order to others: whoever publishes them does it with an operation that has.

fn copy_in(words: &[u64], cells: &[AtomicU64]) {
    for (cell, word) in cells.iter().zip(words) {
        cell.store(*word, Ordering::Relaxed);
    }
}

fn copy_out(cells: &[AtomicU64], words: &mut [u64]) {
    for (cell, word) in cells.iter().zip(words) {
        *word = cell.load(Ordering::Relaxed);
    }
}
