//! The interface of a library whose threads, timers and exit handlers are still there when its server ends.

use bridge32::bridge32;

/// The library.
#[bridge32(lib = "endings", server = "endings-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Endings {
    fn start_threads(&self, count: i32) -> i32;
    fn start_timer(&self) -> bool;
    fn ticks_so_far(&self) -> i32;
    fn crash_soon(&self) -> bool;
    fn write_to_guarded_page(&self, value: i32) -> i32;
    fn print_unflushed(&self, line: &str);
    fn print_at_exit(&self, line: &str) -> bool;
}

/// The 64-bit build of the library, for a server in the process of the client.
pub const LIBRARY_64: &str = env!("ENDINGS_LIBRARY");
