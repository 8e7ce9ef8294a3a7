//! A bounded run with fixed random numbers; `docs/fuzzing.md` describes long ones.

use bridge32_fuzz::{TARGETS, fuzz};
use bridge32_runtime::testing;
use bridge32_runtime::testing::wire::Message;
use bridge32_tests::counting::Counting;
use bridge32_tests::pair::Pair;
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The number of inputs of each target, in addition to its seeds.
const INPUTS: u64 = 1000;

#[test]
fn nothing_panics_hangs_or_takes_all_memory() {
    skip_on!(Pair::LinuxWindows, "there is no server: it is the same as on the pair `linux`");
    for target in &TARGETS {
        let _watchdog = Watchdog::new(target.name);
        let (runs, failure) = fuzz(target, 0xb1d6_e32b_1d6e_32b1, |runs| runs < INPUTS);
        assert!(failure.is_none(), "{failure:?}");
        assert!(runs >= INPUTS, "{} got {runs} inputs", target.name);
    }
}

/// A seed that is rejected at its first byte would be useless.
#[test]
fn seeds_are_accepted() {
    let read = |folder: &str| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(folder);
        let files: Vec<_> = std::fs::read_dir(folder).expect("a folder of seeds").flatten().collect();
        files.into_iter().map(|file| (file.path(), std::fs::read(file.path()).expect("a seed")))
    };
    for (path, seed) in read("message") {
        let message = postcard::take_from_bytes::<Message>(&seed);
        assert!(matches!(message, Ok((_, []))), "{}: {message:?}", path.display());
    }
    for (path, seed) in read("greeting") {
        assert!(testing::read_greeting(&seed).is_ok(), "{}", path.display());
    }
    for (path, seed) in read("image") {
        let (needed, exports) = testing::read_image(&seed).expect("an image");
        assert!(!needed.is_empty() || exports.contains(&"say".to_owned()), "{}: {needed:?}", path.display());
        assert!(exports.contains(&"add".to_owned()), "{}: {exports:?}", path.display());
    }
}
