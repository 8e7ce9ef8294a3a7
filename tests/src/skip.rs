//! Skips tests that do not apply to a pair of systems. `cargo bridge32 test` lists them, so that they are not mistaken for tests
//! that passed.

use std::fs::OpenOptions;
use std::io::Write as _;

/// Why a client on Linux cannot connect to a listening server on Windows.
pub const NO_LISTENING: &str = "a Linux process cannot open a named pipe of Wine";

/// Why a server on Linux does not dispatch messages.
pub const NO_MESSAGES: &str = "Linux has no window messages";

/// Returns from the test and reports it as skipped if the current pair matches the pattern:
///
/// ```
/// # use bridge32_tests::{pair::Pair, skip_on};
/// fn a_server_listens() {
///     skip_on!(Pair::LinuxWindows, "a Linux process cannot open a named pipe of Wine");
///     // …
/// }
/// ```
///
/// Make it the first statement of the test.
#[macro_export]
macro_rules! skip_on {
    ($pairs:pat, $reason:expr) => {
        if matches!($crate::pair::Pair::current(), $pairs) {
            fn here() {}
            return $crate::skip::report(std::any::type_name_of_val(&here), $reason);
        }
    };
}

/// Returns from the test and reports it as skipped unless the condition holds, which this machine or user must meet.
#[macro_export]
macro_rules! skip_unless {
    ($condition:expr, $reason:expr) => {
        if !$condition {
            fn here() {}
            return $crate::skip::report(std::any::type_name_of_val(&here), $reason);
        }
    };
}

/// Reports that a test was not run, by the path of a function declared in it.
#[doc(hidden)]
pub fn report(inner_function: &str, reason: &str) {
    let test = inner_function.trim_end_matches("::here");
    println!("{test} is not run on this pair: {reason}");
    let Some(file) = std::env::var_os("BRIDGE32_SKIPPED") else { return };
    // Tests run in parallel, even in several processes, so each line is appended by a single write.
    let line = format!("{test}\t{reason}\n");
    let written = OpenOptions::new().append(true).open(&file).and_then(|mut file| file.write_all(line.as_bytes()));
    if let Err(error) = written {
        eprintln!("{} cannot be written: {error}", file.display());
    }
}
