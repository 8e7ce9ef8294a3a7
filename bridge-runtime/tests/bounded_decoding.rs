//! Decoding allocates no more than what has arrived, and what serde reserves for any claimed length.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

use bridge32_runtime::testing::marshal::{Buffer, DecodeError, Decoder};
use bridge32_runtime::testing::wire::Message;

/// An allocator that records the largest request.
struct Largest;

static LARGEST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is forwarded unchanged to the system's allocator, which is a valid one.
unsafe impl GlobalAlloc for Largest {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::SeqCst);
        // SAFETY: guaranteed by the caller: the requirements of `GlobalAlloc` are the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: guaranteed by the caller: the requirements of `GlobalAlloc` are the same.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LARGEST.fetch_max(size, Ordering::SeqCst);
        // SAFETY: guaranteed by the caller: the requirements of `GlobalAlloc` are the same.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Largest = Largest;

/// Serde reserves at most 1 MiB for a sequence, even if a larger length is claimed. A hash table rounds that up to a power of two with
/// room to spare.
const RESERVED: usize = 4 << 20;

/// Decodes a message that claims `length` elements and holds a few bytes; returns the largest allocation.
fn largest<T>(length: u64, decode: impl FnOnce(&mut Decoder<'_>) -> Result<T, DecodeError>) -> usize {
    let mut buffer = Buffer::default();
    buffer.extend(&postcard::to_allocvec(&length).unwrap()).unwrap();
    buffer.extend(&[1; 64]).unwrap();
    LARGEST.store(0, Ordering::SeqCst);
    assert!(decode(&mut Decoder::new(buffer.bytes_mut(), 0)).is_err(), "the message claims more than it holds");
    LARGEST.load(Ordering::SeqCst)
}

#[test]
fn a_claimed_length_is_not_allocated() {
    for length in [1000, 1 << 20, 1 << 31, u64::from(u32::MAX), u64::MAX] {
        let found = [
            ("Vec<u64> as a scalar array", largest(length, |decoder| decoder.vec::<u64>())),
            ("Vec<u8> through serde", largest(length, |decoder| decoder.value::<Vec<u8>>())),
            ("Vec<[u64; 32]> through serde", largest(length, |decoder| decoder.value::<Vec<[u64; 32]>>())),
            ("Vec<String>", largest(length, |decoder| decoder.vec::<String>())),
            ("Vec<Vec<Vec<u32>>>", largest(length, |decoder| decoder.value::<Vec<Vec<Vec<u32>>>>())),
            ("String", largest(length, |decoder| decoder.value::<String>())),
            ("borrowed text", largest(length, |decoder| decoder.text().map(str::len))),
            ("HashMap", largest(length, |decoder| decoder.value::<HashMap<u32, u64>>())),
            ("BTreeMap", largest(length, |decoder| decoder.value::<BTreeMap<u32, String>>())),
            ("messages", largest(length, |decoder| decoder.value::<(Message, Message)>())),
        ];
        for (what, bytes) in found {
            assert!(bytes <= RESERVED, "{what} with a claimed length of {length}: {bytes} bytes");
        }
    }
}
