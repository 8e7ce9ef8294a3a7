//! Nothing is left running or on disk, however a start or a call ends. One test in a program of its own: it looks at the
//! whole machine.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bridge32::Restart;
use bridge32_tests::faults::FaultsClient;
use bridge32_tests::interfaces::{FixtureClient, new};
use bridge32_tests::pair;
use bridge32_tests::processes::running;
use bridge32_tests::resources::Resources;
use bridge32_tests::watchdog::Watchdog;

#[test]
fn nothing_is_left_behind() {
    let _watchdog = Watchdog::new("left behind");
    let before = files();
    // Servers under a name that no other process has.
    let dir = tempfile::Builder::new().prefix("left-behind-").tempdir().unwrap();
    let copy = |from: &Path| {
        let to = dir.path().join(format!("left-behind-{}", from.file_name().unwrap().to_string_lossy()));
        fs::copy(from, &to).unwrap();
        to
    };
    let (server, meter) = (copy(&pair::server("fixture")), copy(&pair::server("meter")));
    let text = dir.path().join("text");
    fs::write(&text, "text").unwrap();

    let builder = || FixtureClient::builder().server(&server).library(pair::library("fixture"));
    builder().launch().unwrap().echo_i32(1).unwrap();
    builder().launch().unwrap().shutdown().unwrap();
    builder().launch().unwrap().exit_with(3).unwrap_err();
    builder().launch().unwrap().crash().unwrap_err();
    builder().library(pair::library_64()).launch().unwrap_err();
    builder().library(&text).launch().unwrap_err();
    builder().library(pair::library("incomplete")).launch().unwrap_err();
    builder().start_timeout(Duration::ZERO).launch().unwrap_err();
    new::MeterClient::builder().server(&meter).launch().unwrap_err();
    FixtureClient::builder().server(&text).runner([""; 0]).launch().unwrap_err();

    helpers_of_a_dead_server_hold_no_resources_of_the_client();

    assert_eq!(files(), before, "files are left");
    assert_eq!(shared_memory(), 0, "shared memory is left");
    // Wine itself takes a moment to forget a process that was ended.
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let left: Vec<_> = running().into_iter().filter(|process| process.command.contains("left-behind-")).collect();
        let left: Vec<_> = left.iter().filter(|process| process.command.contains("server32")).collect();
        if left.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "processes are left: {left:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A library may start processes of its own, which hold the server's output open when it is gone.
fn helpers_of_a_dead_server_hold_no_resources_of_the_client() {
    let restart = Restart::OnFailure { max: u32::MAX, within: Duration::from_secs(3600), backoff: Duration::ZERO };
    let client = FaultsClient::builder().restart(restart).launch().unwrap();
    let mut helpers = Vec::new();
    let mut round = || {
        let name = format!("outliving-{}-{}", std::process::id(), helpers.len());
        helpers.push(client.start_helper(&name).unwrap());
        client.write_to_nowhere().unwrap_err();
        client.get_mode().unwrap();
        Resources::now()
    };
    // The first has what stays for as long as this program.
    let first = round();
    let is_more = |now: &Resources| now.threads > first.threads || now.descriptors > first.descriptors;
    let mut last = (0..4).map(|_| round()).last().unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while is_more(&last) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(50));
        last = Resources::now();
    }
    client.end_helpers(&helpers).unwrap();
    assert!(!is_more(&last), "from {first:?} to {last:?}");
}

/// The pieces of shared memory that this process still has.
#[cfg(unix)]
fn shared_memory() -> usize {
    fs::read_to_string("/proc/self/maps").unwrap().matches("memfd:bridge32").count()
}

/// Windows keeps no list.
#[cfg(windows)]
fn shared_memory() -> usize {
    0
}

/// What bridge32 has in the folder for temporary files.
fn files() -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(std::env::temp_dir()).unwrap().flatten().map(|entry| entry.path());
    entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("bridge32-")).collect()
}
