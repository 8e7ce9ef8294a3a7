//! However a start or a call ends, no process or file is left behind. A separate program with one test, because it looks at all
//! processes of the machine.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bridge32::Restart;
use bridge32_tests::faults::FaultsClient;
use bridge32_tests::interfaces::{FixtureClient, new};
use bridge32_tests::pair;
use bridge32_tests::processes::{copy_program, running};
use bridge32_tests::resources::Resources;
use bridge32_tests::watchdog::Watchdog;

#[test]
fn nothing_is_left_behind() {
    let _watchdog = Watchdog::new("left behind");
    let before = files();
    // A unique name, to find the servers of this test.
    let dir = tempfile::Builder::new().prefix("left-behind-").tempdir().unwrap();
    let copy = |from: &Path| {
        let to = dir.path().join(format!("left-behind-{}", from.file_name().unwrap().to_string_lossy()));
        copy_program(from, &to).unwrap();
        to
    };
    let (server, gauge) = (copy(&pair::server("fixture")), copy(&pair::server("gauge")));
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
    new::GaugeClient::builder().server(&gauge).launch().unwrap_err();
    FixtureClient::builder().server(&text).runner([""; 0]).launch().unwrap_err();

    helpers_of_a_dead_server_hold_no_resources_of_the_client();

    // Folders of earlier clients that were killed may have been removed meanwhile.
    let left: Vec<_> = files().difference(&before).cloned().collect();
    assert!(left.is_empty(), "files are left behind: {left:?}");
    assert_eq!(shared_memory(), 0, "shared memory is left behind");
    // Wine lists a killed process for a moment longer.
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let left: Vec<_> = running().into_iter().filter(|process| process.command.contains("left-behind-")).collect();
        let left: Vec<_> = left.iter().filter(|process| process.command.contains("server32")).collect();
        if left.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "processes are left behind: {left:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A library may start processes that inherit the server's output and keep it open after the server has exited.
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
    // The first round creates the threads and descriptors that this program keeps.
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

/// The number of shared memory mappings of this process.
#[cfg(unix)]
fn shared_memory() -> usize {
    fs::read_to_string("/proc/self/maps").unwrap().matches("memfd:bridge32").count()
}

/// Windows does not list them.
#[cfg(windows)]
fn shared_memory() -> usize {
    0
}

/// The files of bridge32 in the folder for temporary files.
fn files() -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(std::env::temp_dir()).unwrap().flatten().map(|entry| entry.path());
    entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("bridge32-")).collect()
}
