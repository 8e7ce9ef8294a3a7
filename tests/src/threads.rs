//! Libraries that are called by one thread, or by several.

use bridge32::bridge32;

/// A library that is not thread-safe.
#[bridge32(lib = "threads", threads = "single", server = "single-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Single {
    fn stay(&self, milliseconds: i32) -> u32;
    fn most_inside(&self) -> i32;
}

/// The same library, declared as thread-safe.
#[bridge32(lib = "threads", threads = "multi", server = "multi-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Multi {
    fn stay(&self, milliseconds: i32) -> u32;
    fn most_inside(&self) -> i32;
    fn through(&self, value: i32, f: fn(i32) -> i32) -> i32;
    fn die(&self);
    fn hang(&self);
}
