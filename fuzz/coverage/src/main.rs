//! A fuzz target for libFuzzer: `BRIDGE32_FUZZ_TARGET` names it.

#![no_main]

use std::sync::OnceLock;

use bridge32_fuzz::{TARGETS, Target, flat};
use bridge32_tests::counting::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The target that the environment names.
fn target() -> &'static Target {
    static NAMED: OnceLock<&Target> = OnceLock::new();
    NAMED.get_or_init(|| {
        let name = std::env::var("BRIDGE32_FUZZ_TARGET").unwrap_or_default();
        TARGETS.iter().find(|target| target.name == name).expect("BRIDGE32_FUZZ_TARGET names no target")
    })
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(what) = bridge32_fuzz::try_one(target(), &flat::to_input(target(), data)) {
        panic!("{what}");
    }
});
