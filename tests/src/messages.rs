//! A library with a hidden window, whose messages the server must dispatch.

use bridge32::{UserData, bridge32};

/// The library in a single-threaded apartment, whose thread dispatches messages.
#[bridge32(lib = "messages", apartment = "sta", server = "sta-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Sta {
    fn open_window(&self, milliseconds: u32) -> bool;
    fn ticks_seen(&self) -> i32;
    fn apartment(&self, #[out] entered: bool) -> i32;
    fn this_thread(&self) -> u32;
    fn send_from_a_thread(&self) -> bool;
    fn sent_sum(&self) -> i32;
    fn post_without_end(&self);
    fn posted(&self) -> i32;
    fn quit(&self);
    fn crash_at_next_tick(&self);
    fn hang_at_next_tick(&self);
    fn on_tick(&self, #[registered] f: fn(i32, context: UserData) -> i32, context: UserData);
}

/// The same library in the multithreaded apartment.
#[bridge32(lib = "messages", apartment = "mta", threads = "multi", server = "mta-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Mta {
    fn open_window(&self, milliseconds: u32) -> bool;
    fn ticks_seen(&self) -> i32;
    fn apartment(&self, #[out] entered: bool) -> i32;
}

/// The same library without an apartment.
#[bridge32(lib = "messages", server = "windowed-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Windowed {
    fn open_window(&self, milliseconds: u32) -> bool;
    fn ticks_seen(&self) -> i32;
    fn apartment(&self, #[out] entered: bool) -> i32;
    fn this_thread(&self) -> u32;
}
