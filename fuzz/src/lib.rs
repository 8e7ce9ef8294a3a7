//! Damaged bytes for everything that decodes what another process or a file says.
//!
//! A target takes an input and must neither panic, nor hang, nor allocate more than its limit. Inputs are seeds, from
//! the folder `seeds` and from a conversation that is recorded, and what [`mutate`] makes of them from random numbers:
//! the same number gives the same changes. What was recorded has this machine's paths in it.

mod conversation;
pub mod flat;
pub mod mutate;
mod targets;

pub use targets::{TARGETS, Target};

use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

/// What arrives, read by read.
pub type Input = Vec<Vec<u8>>;

/// What a run found.
#[derive(Debug)]
pub struct Found {
    /// The target.
    pub target: &'static str,
    /// What it got.
    pub input: Input,
    /// What it did.
    pub what: String,
}

/// The longest that an input may take: none has a reason to wait.
const SLOW: std::time::Duration = std::time::Duration::from_secs(5);

/// The largest allocation: serde reserves 1 MiB for a sequence before it looks, and a hash table makes a power of two of it.
const LARGEST: u64 = 4 << 20;

/// Gives the target its seeds, and then `count` inputs that are made of them; without a count, until `until` says so.
/// Returns how many there were, and what was found first.
pub fn fuzz(target: &'static Target, random: u64, mut go_on: impl FnMut(u64) -> bool) -> (u64, Option<Found>) {
    count_panics();
    let mut random = mutate::Random::new(random);
    let seeds = (target.seeds)();
    let mut runs = 0;
    loop {
        let input = match seeds.get(usize::try_from(runs).unwrap_or(usize::MAX)) {
            Some(seed) => seed.clone(),
            None if go_on(runs) => mutate::mutate(&seeds, &mut random),
            None => return (runs, None),
        };
        runs += 1;
        if let Err(what) = try_one(target, &input) {
            return (runs, Some(Found { target: target.name, input, what }));
        }
    }
}

/// Panics that nothing of bridge32's has caught, in whichever thread.
static PANICS: AtomicU64 = AtomicU64::new(0);

/// Begins to count. Before the first server runs: its own hook goes before this one, and keeps what it catches to itself.
fn count_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.fetch_add(1, Ordering::SeqCst);
            before(info);
        }));
    });
}

/// Gives the target one input.
///
/// # Errors
/// What it did that it must not.
pub fn try_one(target: &Target, input: &Input) -> Result<(), String> {
    PANICS.store(0, Ordering::SeqCst);
    bridge32_tests::counting::take_largest();
    let begin = std::time::Instant::now();
    // What a panic leaves behind is looked at by nobody.
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (target.run)(input)));
    if PANICS.swap(0, Ordering::SeqCst) > 0 {
        return Err("it panicked".to_owned());
    }
    result.map_err(|_| "it unwound".to_owned())??;
    if begin.elapsed() > SLOW {
        return Err(format!("it took {:?}", begin.elapsed()));
    }
    let largest = bridge32_tests::counting::take_largest();
    if largest > LARGEST && !conversation::asks_for_memory(input) {
        Err(format!("it allocated {largest} bytes at once"))
    } else {
        Ok(())
    }
}
