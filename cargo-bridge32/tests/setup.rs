//! `setup` checks that programs can be linked.

// Other systems have another linker for this target, or none.
#![cfg(target_os = "linux")]

use std::process::Command;

/// Runs `setup` for one target, with this linker; returns whether it succeeded, and what it printed.
fn set_up(linker: Option<&str>) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-bridge32"));
    command.args(["setup", "--target", "i686-unknown-linux-gnu"]);
    command.envs(linker.map(|linker| ("CARGO_TARGET_I686_UNKNOWN_LINUX_GNU_LINKER", linker)));
    let output = command.output().expect("it starts");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_linker_that_fails_is_reported() {
    let (done, text) = set_up(None);
    assert!(done && text.contains("bridge32 is set up for i686-unknown-linux-gnu"), "{text}");
    let (done, text) = set_up(Some("/bin/false"));
    assert!(!done && !text.contains("is set up"), "{text}");
    assert!(text.contains("programs for i686-unknown-linux-gnu cannot be linked on this machine"), "{text}");
    assert!(text.contains("linking with `/bin/false` failed"), "{text}");
}
