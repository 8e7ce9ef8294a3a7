//! Feeds damaged bytes to everything that decodes data of another process or of a file.
//!
//! A target gets an input, and must not panic, hang, or allocate more than a limit. Inputs are seeds, from the folder `seeds` and
//! from recorded conversations, and mutations of them, made with random numbers by [`mutate`]. The same random seed makes the same
//! mutations, except that a recorded conversation contains paths of this machine.

mod conversation;
pub mod flat;
pub mod mutate;
mod targets;

pub use targets::{TARGETS, Target};

use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

/// The bytes that arrive, one piece with each read.
pub type Input = Vec<Vec<u8>>;

/// A failure that an input causes in a target.
#[derive(Debug)]
pub struct Failure {
    /// The name of the target.
    pub target: &'static str,
    /// The input that causes it.
    pub input: Input,
    /// A description: a panic, a hang, or a large allocation.
    pub description: String,
}

/// The longest time that an input may take. None makes a target wait.
const SLOW: std::time::Duration = std::time::Duration::from_secs(5);

/// The largest single allocation. serde reserves up to 1 MiB for a sequence of any claimed length, and a hash table rounds that up to
/// a power of two with room to spare.
const LARGEST: u64 = 4 << 20;

/// Runs the target with its seeds, and then with mutations of them for as long as `go_on` returns `true` for the number of inputs so
/// far. Returns the number of inputs, and the first failure.
pub fn fuzz(target: &'static Target, random: u64, mut go_on: impl FnMut(u64) -> bool) -> (u64, Option<Failure>) {
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
        if let Err(description) = try_one(target, &input) {
            return (runs, Some(Failure { target: target.name, input, description }));
        }
    }
}

/// Panics in any thread that were not caught by bridge32.
static PANICS: AtomicU64 = AtomicU64::new(0);

/// Installs a hook that counts panics. It must be installed before the first server runs, whose own hook does not pass panics on that
/// the server catches.
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

/// Runs the target with one input.
///
/// # Errors
/// A description of what it did wrong.
pub fn try_one(target: &Target, input: &Input) -> Result<(), String> {
    PANICS.store(0, Ordering::SeqCst);
    bridge32_tests::counting::take_largest();
    let begin = std::time::Instant::now();
    // Nothing is used after a panic.
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
