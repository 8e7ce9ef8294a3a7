//! A short soak test; `docs/faults.md` describes a long one.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::process::Command;

use bridge32_tests::watchdog::Watchdog;

/// Long enough to end a server in every way at least once, and to make calls in every round.
#[test]
fn calls_stay_right_and_nothing_leaks_while_servers_die() {
    let _watchdog = Watchdog::new("soak");
    let output = Command::new(env!("CARGO_BIN_EXE_soak")).args(["12000", "2000", "8"]).output().unwrap();
    let (report, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{report}\n{errors}", output.status);
    assert!(report.contains("6 servers ended, 7 started"), "{report}");
}
