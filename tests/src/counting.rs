//! An allocator that counts allocations and the bytes in use.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

use bridge32::{UserData, bridge32};

/// An allocator that counts, to be used as the global allocator of a program.
#[derive(Debug)]
pub struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicU64 = AtomicU64::new(0);
static LARGEST: AtomicU64 = AtomicU64::new(0);

/// Allocations of this process so far.
pub fn allocations() -> u64 {
    ALLOCATIONS.load(Ordering::SeqCst)
}

/// Bytes that this process has allocated and not freed.
pub fn live() -> u64 {
    LIVE.load(Ordering::SeqCst)
}

/// The largest allocation of this process so far, in bytes.
pub fn largest() -> u64 {
    LARGEST.load(Ordering::SeqCst)
}

/// The largest allocation since the last call of this function, in bytes.
pub fn take_largest() -> u64 {
    LARGEST.swap(0, Ordering::SeqCst)
}

/// Counts an allocation.
fn count(size: usize) {
    ALLOCATIONS.fetch_add(1, Ordering::SeqCst);
    LIVE.fetch_add(size as u64, Ordering::SeqCst);
    LARGEST.fetch_max(size as u64, Ordering::SeqCst);
}

// SAFETY: every method forwards to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: guaranteed by the caller, whose contract is the same.
        unsafe { System.alloc(layout) }
    }

    // The default implementation would write zeros to pages that the system has already zeroed.
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: guaranteed by the caller, whose contract is the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as u64, Ordering::SeqCst);
        // SAFETY: guaranteed by the caller, whose contract is the same.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        LIVE.fetch_sub(layout.size() as u64, Ordering::SeqCst);
        // SAFETY: guaranteed by the caller, whose contract is the same.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// The fixture library in a server that counts its allocations.
#[bridge32(lib = "fixture", server = "counting-server32")]
pub trait Counted {
    /// Returns its argument.
    fn echo_i32(&self, value: i32) -> i32;
    /// The sum.
    fn sum_f64(&self, values: &[f64], #[len_of(values)] count: i32) -> f64;
    /// The sum of `f(i)` for each `i` below `count`.
    fn sum_of(&self, count: i32, f: fn(i32) -> i32) -> i32;
    /// As [`Counted::sum_of`].
    fn sum_of_with(&self, count: i32, f: fn(context: UserData, i32) -> i32, context: UserData) -> i32;
    /// Reverses the values in place.
    fn reverse(&self, values: &mut [f64]) {
        values.reverse();
    }
    /// Allocations of the server so far.
    fn server_allocations(&self) -> u64 {
        allocations()
    }
}
