//! The server of a killed client exits, whatever it is doing at that moment.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bridge32_tests::processes::{is_alive, is_gone};
use bridge32_tests::watchdog::Watchdog;

/// A server waits five seconds for its main thread, then exits; the rest is a margin for a busy machine.
const EXIT_LIMIT: Duration = Duration::from_secs(15);

/// Starts a client that performs `action`, and returns it with the process id of its server.
fn doomed(action: &str) -> (Child, u32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doomed-client"));
    let mut client = command.arg(action).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(client.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let pid = line.trim().parse().unwrap_or_else(|_| panic!("not a process id: {line:?}"));
    // By then, the client is in its call.
    std::thread::sleep(Duration::from_millis(300));
    assert!(is_alive(pid));
    (client, pid)
}

fn assert_server_ends_with_client(action: &'static str) {
    let _watchdog = Watchdog::new(action);
    let (mut client, pid) = doomed(action);
    client.kill().unwrap();
    client.wait().unwrap();
    assert!(is_gone(pid, EXIT_LIMIT), "the server {pid} still runs");
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

/// The job object ends the server before it notices the death of its client itself.
#[cfg(windows)]
#[test]
fn on_windows_a_server_ends_with_its_client_at_once() {
    let _watchdog = Watchdog::new("job object");
    let (mut client, pid) = doomed("spin");
    client.kill().unwrap();
    client.wait().unwrap();
    assert!(is_gone(pid, Duration::from_secs(4)), "the server {pid} still runs");
}

/// A stopped process cannot notice anything; the system continues it when its client ends.
#[cfg(target_os = "linux")]
#[test]
fn a_stopped_server_ends_with_its_client() {
    let _watchdog = Watchdog::new("stopped");
    let (mut client, pid) = doomed("nap");
    bridge32_tests::processes::stop(pid);
    client.kill().unwrap();
    client.wait().unwrap();
    assert!(is_gone(pid, EXIT_LIMIT), "the server {pid} still runs");
}
