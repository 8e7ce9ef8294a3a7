//! A client that is killed leaves no server behind, whatever the server does at that moment.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bridge32_tests::processes::{is_alive, is_gone};
use bridge32_tests::watchdog::Watchdog;

/// A server that is stuck gives its main thread five seconds, then ends itself; the rest is for a busy machine.
const STATED: Duration = Duration::from_secs(15);

/// A client that does what `deed` says, and the number of its server.
fn doomed(deed: &str) -> (Child, u32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doomed-client"));
    let mut client = command.arg(deed).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(client.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let pid = line.trim().parse().unwrap_or_else(|_| panic!("no number: {line:?}"));
    // Until it is in the call.
    std::thread::sleep(Duration::from_millis(300));
    assert!(is_alive(pid));
    (client, pid)
}

fn assert_server_ends_with_client(deed: &'static str) {
    let _watchdog = Watchdog::new(deed);
    let (mut client, pid) = doomed(deed);
    client.kill().unwrap();
    client.wait().unwrap();
    assert!(is_gone(pid, STATED), "the server {pid} is left");
}

#[test]
fn an_idle_server_ends_with_its_client() {
    assert_server_ends_with_client("idle");
}

#[test]
fn a_server_in_a_sleeping_library_ends_with_its_client() {
    assert_server_ends_with_client("nap");
}

#[test]
fn a_server_in_a_hanging_library_ends_with_its_client() {
    assert_server_ends_with_client("spin");
}

#[test]
fn a_server_that_prints_without_end_ends_with_its_client() {
    assert_server_ends_with_client("print");
}

/// The job object ends it, before its own watch would.
#[cfg(windows)]
#[test]
fn on_windows_a_server_ends_with_its_client_at_once() {
    let _watchdog = Watchdog::new("job object");
    let (mut client, pid) = doomed("spin");
    client.kill().unwrap();
    client.wait().unwrap();
    assert!(is_gone(pid, Duration::from_secs(4)), "the server {pid} is left");
}

/// A stopped process sees nothing; the system continues it when its client ends.
#[cfg(target_os = "linux")]
#[test]
fn a_stopped_server_ends_with_its_client() {
    let _watchdog = Watchdog::new("stopped");
    let (mut client, pid) = doomed("nap");
    bridge32_tests::processes::stop(pid);
    client.kill().unwrap();
    client.wait().unwrap();
    assert!(is_gone(pid, STATED), "the server {pid} is left");
}
