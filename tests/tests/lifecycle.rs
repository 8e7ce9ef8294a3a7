//! Starting and stopping servers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::cell::Cell;
use std::time::{Duration, Instant};

use bridge32::{Error, ExitStatus, Output};
use bridge32_tests::interfaces::{FixtureClient, Store, StoreArgs, StoreClient, old};
use bridge32_tests::listening::Listening;
use bridge32_tests::pair::Pair;
use bridge32_tests::processes::{is_alive, kill};
use bridge32_tests::skip::NO_LISTENING;
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;

#[test]
fn shutdown_returns_the_exit_status_and_the_output() {
    let _watchdog = Watchdog::new("shutdown");
    let client = FixtureClient::launch().unwrap();
    client.print_lines(3).unwrap();
    let clone = client.clone();
    let exit = client.shutdown().unwrap();
    assert!(exit.status.as_ref().is_some_and(ExitStatus::success), "{exit:?}");
    assert_eq!(exit.stdout.trim_end(), "done");
    assert_eq!(exit.stderr.lines().count(), 3);
    assert_eq!(exit.stderr.lines().last(), Some("line 2 of the library"));

    assert!(matches!(clone.echo_i32(1), Err(Error::Shutdown)));
    assert_eq!(clone.shutdown().unwrap(), exit);
}

#[test]
fn dropping_the_last_clone_ends_the_server() {
    let _watchdog = Watchdog::new("drop");
    let client = FixtureClient::launch().unwrap();
    let pid = client.server_info().pid;
    let clone = client.clone();
    drop(client);
    assert_eq!(clone.echo_i32(1).unwrap(), 1);
    drop(clone);
    assert!(!is_alive(pid));
}

#[test]
fn calls_after_a_kill_while_idle_report_it() {
    let _watchdog = Watchdog::new("kill");
    let client = FixtureClient::launch().unwrap();
    client.print_lines(1).unwrap();
    kill(client.server_info().pid);
    let begin = Instant::now();
    for _ in 0..3 {
        let error = client.echo_i32(1).unwrap_err();
        let Error::ServerDied { status, stderr, .. } = &error else { panic!("{error:?}") };
        assert!(stderr.contains("line 0 of the library"), "{stderr}");
        if Pair::current() != Pair::Windows {
            // On Windows, the process that kills chooses the exit code.
            assert_eq!(status.name(), Some("SIGKILL"), "{status}");
        }
    }
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
fn a_library_that_ends_the_process_is_an_error_of_the_call() {
    let _watchdog = Watchdog::new("exit");
    let client = FixtureClient::launch().unwrap();
    let error = client.exit_with(7).unwrap_err();
    let Error::ServerDied { status, .. } = &error else { panic!("{error:?}") };
    assert_eq!(status.code(), Some(7));
}

#[test]
fn a_library_that_prints_without_end_does_not_block() {
    let _watchdog = Watchdog::new("print");
    let client = FixtureClient::launch().unwrap();
    client.print_lines(100_000).unwrap();
    let exit = client.shutdown().unwrap();
    assert!(exit.stderr.len() <= 64 << 10);
    assert!(
        exit.stderr.ends_with("line 99999 of the library\n") || exit.stderr.ends_with("line 99999 of the library\r\n")
    );
}

#[test]
fn a_library_that_reads_standard_input_finds_it_empty() {
    let _watchdog = Watchdog::new("input");
    let client = FixtureClient::launch().unwrap();
    assert_eq!(client.read_input().unwrap(), -1, "end of file");
    assert_eq!(client.echo_i32(1).unwrap(), 1);
}

#[test]
fn environment_and_working_directory_are_set() {
    let _watchdog = Watchdog::new("environment");
    let dir = tempfile::tempdir().unwrap();
    let client = FixtureClient::builder().env("BRIDGE32_TEST", "a b").current_dir(dir.path()).launch().unwrap();
    assert_eq!(client.environment("BRIDGE32_TEST").unwrap().as_deref(), Some("a b"));
    let name = dir.path().file_name().unwrap().to_string_lossy().into_owned();
    assert!(client.folder().unwrap().ends_with(&name));
}

#[test]
fn output_can_be_inherited() {
    let _watchdog = Watchdog::new("inherit");
    let client = FixtureClient::builder().output(Output::Inherit).launch().unwrap();
    client.print_lines(1).unwrap();
    assert_eq!(client.shutdown().unwrap().stderr, "");
}

#[test]
fn a_custom_server_has_start_arguments_state_and_a_shutdown_hook() {
    let _watchdog = Watchdog::new("custom");
    let dir = tempfile::tempdir().unwrap();
    let farewell = dir.path().join("farewell");
    let args = StoreArgs {
        capacity: 9,
        entries: vec![("key;=".into(), "value;=".into())],
        farewell: Some(match Pair::current() {
            Pair::LinuxWindows => format!("Z:{}", farewell.display()),
            _ => farewell.display().to_string(),
        }),
    };
    let client = StoreClient::builder().start_args(args).launch().unwrap();
    assert_eq!(client.capacity().unwrap(), 9);
    assert_eq!(client.get("key;=").unwrap().as_deref(), Some("value;="));
    assert_eq!(client.put("a", "1").unwrap(), None);
    assert_eq!(client.put("a", "2").unwrap().as_deref(), Some("1"));
    assert!(client.shutdown().unwrap().status.unwrap().success());
    assert_eq!(std::fs::read_to_string(farewell).unwrap(), "farewell");
}

/// A mock of the server, with a state and without a library.
struct Mock {
    put: Cell<u32>,
}

impl Store for Mock {
    fn put(&self, key: &str, _: &str) -> Option<String> {
        self.put.set(self.put.get() + 1);
        assert_ne!(key, "forbidden", "this key is forbidden");
        None
    }

    fn get(&self, key: &str) -> Option<String> {
        Some(key.to_uppercase())
    }

    fn capacity(&self) -> u32 {
        self.put.get()
    }
}

#[test]
fn a_mock_replaces_the_server() {
    let _watchdog = Watchdog::new("mock");
    let client = StoreClient::in_process(Mock { put: Cell::new(0) });
    assert_eq!(client.get("text").unwrap().as_deref(), Some("TEXT"));
    client.put("a", "b").unwrap();
    let error = client.put("forbidden", "b").unwrap_err();
    assert!(error.to_string().contains("this key is forbidden"), "{error}");
    assert_eq!(client.capacity().unwrap(), 2);
    assert_eq!(client.server_info().pid, std::process::id());
    assert_eq!(client.shutdown().unwrap().status, None);
    assert!(matches!(client.capacity(), Err(Error::Shutdown)));
}

#[test]
fn an_implementation_can_be_called_directly() {
    let client = old::GaugeClient::in_process(old::OldGauge);
    assert_eq!(client.read(3).unwrap().value, 3.0);
    assert_eq!(old::Gauge::read(&old::OldGauge, 3).value, 3.0);
}

#[test]
fn a_listening_server_serves_several_clients() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("listen");
    let server = Listening::start("fixture");
    let connect = || FixtureClient::connect(&server.name).unwrap();
    let (first, second) = (connect(), connect());
    assert_eq!(first.server_info().pid, server.pid());
    first.count().unwrap();
    second.count().unwrap();
    assert_eq!(first.counted().unwrap(), 2, "both call the same library");

    let exit = first.shutdown().unwrap();
    assert_eq!(exit.status, None, "the server still runs");
    assert_eq!(second.counted().unwrap(), 2);
    let error = refused_connection(&server.name);
    assert!(error.to_string().contains("`Store` here and `Fixture` in the server"), "{error}");
    drop(server);
    assert!(matches!(second.counted(), Err(Error::Disconnected { .. })));
}

fn refused_connection(name: &str) -> Error {
    StoreClient::connect(name).unwrap_err()
}

#[test]
fn a_listening_server_starts_with_the_arguments_of_its_first_client() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("listen with arguments");
    let server = Listening::start("store");
    let error = StoreClient::connect(&server.name).unwrap_err();
    assert!(matches!(error, Error::ServerStart { .. }), "{error:?}");
    let connect = |capacity| {
        let args = StoreArgs { capacity, ..StoreArgs::default() };
        StoreClient::builder().start_args(args).connect(&server.name).unwrap()
    };
    assert_eq!(connect(3).capacity().unwrap(), 3);
    assert_eq!(connect(4).capacity().unwrap(), 3, "the server has already started");
}
