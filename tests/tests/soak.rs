//! A short soak; `docs/faults.md` has a long one.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::process::Command;

use bridge32_tests::watchdog::Watchdog;

/// Every way to end a server comes once at least, and no round is without calls.
#[test]
fn calls_stay_right_and_nothing_leaks_while_servers_die() {
    let _watchdog = Watchdog::new("soak");
    let output = Command::new(env!("CARGO_BIN_EXE_soak")).args(["12000", "2000", "8"]).output().unwrap();
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{said}\n{failed}", output.status);
    assert!(said.contains("6 servers ended, 7 started"), "{said}");
}
