//! `setup` checks that programs can be linked.

// Other systems have another linker for this target, or none.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::report_skipped;

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

/// Wine's programs have sessions of their own, so the terminal's signal does not reach them.
#[test]
fn an_interrupted_setup_leaves_no_programs_of_wine() {
    if Command::new("wine").arg("--version").output().is_err() {
        return report_skipped("setup::an_interrupted_setup_leaves_no_programs_of_wine", "Wine is not installed");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let prefix = folder.path().join("prefix");
    let mut setup = Command::new(env!("CARGO_BIN_EXE_cargo-bridge32"));
    setup.args(["setup", "--target", "i686-pc-windows-gnu", "--wine"]).env("WINEPREFIX", &prefix);
    let mut setup = setup.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    wait_until("Wine runs", || programs_in(&prefix).iter().any(|program| program.contains(r"\services.exe")));
    assert!(Command::new("kill").args(["-INT", &setup.id().to_string()]).status().expect("it starts").success());
    assert!(!setup.wait().expect("it ends").success());
    wait_until("Wine has ended", || programs_in(&prefix).is_empty());
}

/// Returns the command lines of the processes that run in a prefix.
fn programs_in(prefix: &Path) -> Vec<String> {
    let variable = format!("WINEPREFIX={}", prefix.display());
    let processes = fs::read_dir("/proc").expect("the processes").flatten();
    let program = |process: fs::DirEntry| {
        // A process may have ended in the meantime, and those of other users cannot be read.
        let environment = fs::read(process.path().join("environ")).ok()?;
        let is_there = environment.split(|byte| *byte == 0).any(|found| found == variable.as_bytes());
        let command = fs::read_to_string(process.path().join("cmdline")).ok()?;
        (is_there && !command.starts_with(env!("CARGO_BIN_EXE_cargo-bridge32"))).then_some(command)
    };
    processes.filter_map(program).collect()
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what}");
        sleep(Duration::from_millis(50));
    }
}
