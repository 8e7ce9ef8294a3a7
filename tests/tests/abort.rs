//! Ending a server that hangs from another thread: `abort` and `shutdown_within`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use bridge32::{Client, Error, Restart, bridge32};
use bridge32_tests::callbacks::CallbacksClient;
use bridge32_tests::faults::FaultsClient;
use bridge32_tests::listening::Listening;
use bridge32_tests::pair::Pair;
use bridge32_tests::processes::is_gone;
use bridge32_tests::skip::NO_LISTENING;
use bridge32_tests::skip_on;
use bridge32_tests::threads::MultiClient;
use bridge32_tests::watchdog::Watchdog;

/// The longest time in which a call must return on a busy machine. Without `abort` it would hang.
const SOON: Duration = Duration::from_secs(20);

/// One restart for each time that a test aborts, and no failure.
const RESTART: Restart =
    Restart::OnFailure { max: 1, within: Duration::from_secs(600), backoff: Duration::from_secs(600) };

/// Runs `hang` on another thread, and `end` once it hangs; returns the result of each.
fn while_hanging<H: Send, E>(hang: impl FnOnce() -> H + Send, end: impl FnOnce() -> E) -> (H, E) {
    std::thread::scope(|scope| {
        let hanging = scope.spawn(hang);
        std::thread::sleep(Duration::from_millis(300));
        assert!(!hanging.is_finished());
        let begin = Instant::now();
        let ended = end();
        let hung = hanging.join().unwrap();
        assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
        (hung, ended)
    })
}

#[track_caller]
fn assert_aborted(error: &Error, in_method: Option<&str>, was_called: Option<bool>) {
    assert!(matches!(error, Error::Aborted { .. }), "{error:?}");
    assert_eq!((error.method(), error.was_called(), error.is_server_gone()), (in_method, was_called, true));
}

#[test]
fn an_aborted_call_fails_at_once_and_later_calls_report_it() {
    let _watchdog = Watchdog::new("abort");
    let client = FaultsClient::launch().unwrap();
    client.write_stderr("what it wrote").unwrap();
    let pid = client.server_info().pid;
    let (hung, exit) = while_hanging(|| client.spin().unwrap_err(), || client.abort().unwrap());
    assert_aborted(&hung, Some("spin"), None);
    assert_eq!(hung.to_string(), "the server was aborted by this program in a call of `spin`");
    assert!(exit.stderr.contains("what it wrote"), "{exit:?}");
    assert!(exit.status.is_some_and(|status| !status.success()), "{exit:?}");
    assert!(is_gone(pid, SOON));
    assert_aborted(&client.get_mode().unwrap_err(), Some("spin"), Some(false));
    assert_eq!(client.abort().unwrap(), exit, "it does nothing any more");
    assert_eq!(client.shutdown().unwrap(), exit);
    assert!(matches!(client.get_mode(), Err(Error::Shutdown)));
}

#[test]
fn an_idle_server_can_be_aborted() {
    let _watchdog = Watchdog::new("abort idle");
    let client = FaultsClient::launch().unwrap();
    client.abort().unwrap();
    assert_aborted(&client.get_mode().unwrap_err(), None, Some(false));
}

#[test]
fn a_server_that_has_died_keeps_its_error() {
    let _watchdog = Watchdog::new("abort dead");
    let client = FaultsClient::launch().unwrap();
    client.exit_with(3).unwrap_err();
    assert_eq!(client.abort().unwrap().status.unwrap().code(), Some(3));
    assert!(matches!(client.get_mode(), Err(Error::ServerDied { .. })));
}

#[test]
fn calls_that_wait_for_an_aborted_one_are_not_made() {
    let _watchdog = Watchdog::new("abort queue");
    let client = FaultsClient::launch().unwrap();
    std::thread::scope(|scope| {
        let hanging = scope.spawn(|| client.spin().unwrap_err());
        std::thread::sleep(Duration::from_millis(300));
        let waiting: Vec<_> = (0..4).map(|_| scope.spawn(|| client.set_mode(1).unwrap_err())).collect();
        std::thread::sleep(Duration::from_millis(100));
        client.abort().unwrap();
        assert_aborted(&hanging.join().unwrap(), Some("spin"), None);
        for waiting in waiting {
            assert_aborted(&waiting.join().unwrap(), Some("spin"), Some(false));
        }
    });
}

#[test]
fn the_call_after_an_abort_starts_the_server_again_which_is_not_a_failure() {
    let _watchdog = Watchdog::new("abort and restart");
    let client = FaultsClient::builder().restart(RESTART).launch().unwrap();
    // More often than failures are allowed, and without their pause.
    for generation in 2..5 {
        client.set_mode(generation.try_into().unwrap()).unwrap();
        let (hung, _) = while_hanging(|| client.spin().unwrap_err(), || client.abort().unwrap());
        assert_aborted(&hung, Some("spin"), None);
        assert_eq!(client.get_mode().unwrap(), 0, "it is another server");
        assert_eq!(client.server_info().generation, generation);
    }
}

#[test]
fn a_restart_can_be_aborted() {
    let _watchdog = Watchdog::new("abort a restart");
    let client = FaultsClient::builder().restart(RESTART).launch().unwrap();
    client.exit_with(3).unwrap_err();
    // In the pause before the start.
    let (paused, exit) = while_hanging(|| client.get_mode().unwrap_err(), || client.abort().unwrap());
    assert_aborted(&paused, None, Some(false));
    assert_eq!(exit.status, None);
    assert!(matches!(client.get_mode(), Err(Error::ServerDied { .. })), "the one restart was given up");

    // In the `on_start` hook of the second start.
    let restart = Restart::OnFailure { max: 2, within: Duration::from_secs(600), backoff: Duration::ZERO };
    let (sender, entered) = channel();
    let hook = move |client: &FaultsClient| {
        if client.server_info().generation == 1 {
            return Ok(());
        }
        sender.send(()).unwrap();
        client.spin()
    };
    let client = FaultsClient::builder().restart(restart).on_start(hook).launch().unwrap();
    client.exit_with(3).unwrap_err();
    let abort = || {
        entered.recv().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        client.abort().unwrap()
    };
    let (hung, _) = while_hanging(|| client.get_mode().unwrap_err(), abort);
    assert_aborted(&hung, Some("spin"), None);
}

#[test]
fn the_hook_s_client_cannot_abort_the_server_later() {
    let _watchdog = Watchdog::new("abort from a hook");
    let (sender, kept) = channel();
    let hook = move |client: &FaultsClient| {
        sender.send(client.clone()).unwrap();
        Ok(())
    };
    let client = FaultsClient::builder().on_start(hook).launch().unwrap();
    assert!(matches!(kept.recv().unwrap().abort(), Err(Error::Shutdown)));
    assert_eq!(client.get_mode().unwrap(), 0);
}

#[test]
fn a_closure_may_abort_its_own_call() {
    let _watchdog = Watchdog::new("abort in a closure");
    let client = CallbacksClient::launch().unwrap();
    let error = client.apply(1, |x| {
        client.abort().unwrap();
        assert_aborted(&client.fire(1).unwrap_err(), None, Some(false));
        x
    });
    assert_aborted(&error.unwrap_err(), None, None);
}

#[test]
fn shutdown_within_waits_for_a_call_that_ends_in_time() {
    let _watchdog = Watchdog::new("shutdown within");
    let client = FaultsClient::launch().unwrap();
    let (napped, exit) = while_hanging(|| client.nap(1000), || client.shutdown_within(SOON).unwrap());
    napped.unwrap();
    assert!(exit.status.unwrap().success(), "{exit:?}");
    assert!(matches!(client.get_mode(), Err(Error::Shutdown)));
}

#[test]
fn shutdown_within_ends_a_server_that_hangs_for_good() {
    let _watchdog = Watchdog::new("shutdown within, hanging");
    let limit = Duration::from_millis(300);
    let client = FaultsClient::builder().restart(RESTART).launch().unwrap();
    let pid = client.server_info().pid;
    let (hung, exit) = while_hanging(|| client.spin().unwrap_err(), || client.shutdown_within(limit).unwrap());
    assert!(matches!(hung, Error::Shutdown), "{hung:?}");
    assert!(exit.status.is_some_and(|status| !status.success()), "{exit:?}");
    assert!(is_gone(pid, SOON));
    assert!(matches!(client.get_mode(), Err(Error::Shutdown)), "there is no restart");

    // While the server is being started again.
    let client = FaultsClient::builder().restart(RESTART).launch().unwrap();
    client.exit_with(3).unwrap_err();
    let (paused, _) = while_hanging(|| client.get_mode().unwrap_err(), || client.shutdown_within(limit).unwrap());
    assert!(matches!(paused, Error::Shutdown), "{paused:?}");
    assert!(matches!(client.get_mode(), Err(Error::Shutdown)));
}

#[test]
fn an_aborted_client_leaves_a_server_that_was_started_by_hand() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("abort connected");
    let mut server = Listening::start("faults");
    let client = FaultsClient::connect(&server.name).unwrap();
    client.set_mode(5).unwrap();
    let (hung, exit) = while_hanging(|| client.nap(2000).unwrap_err(), || client.abort().unwrap());
    assert_aborted(&hung, Some("nap"), None);
    assert_eq!(exit.status, None);
    assert_aborted(&client.get_mode().unwrap_err(), Some("nap"), Some(false));
    assert!(server.is_running());
    let again = FaultsClient::connect(&server.name).unwrap();
    assert_eq!(again.get_mode().unwrap(), 5, "once the call has returned there, it serves other clients");
    let limit = Duration::from_millis(100);
    let (hung, exit) = while_hanging(|| again.nap(2000).unwrap_err(), || again.shutdown_within(limit).unwrap());
    assert!(matches!(hung, Error::Shutdown), "{hung:?}");
    assert_eq!(exit.status, None);
}

/// Each call has a connection of its own.
fn assert_all_calls_are_aborted(client: &MultiClient) {
    std::thread::scope(|scope| {
        let hanging: Vec<_> = (0..4).map(|_| scope.spawn(|| client.hang().unwrap_err())).collect();
        std::thread::sleep(Duration::from_millis(500));
        client.abort().unwrap();
        for hanging in hanging {
            assert_aborted(&hanging.join().unwrap(), Some("hang"), None);
        }
    });
    assert!(matches!(client.stay(0), Err(Error::Aborted { .. })));
}

#[test]
fn an_abort_ends_the_calls_on_every_connection() {
    let _watchdog = Watchdog::new("abort connections");
    assert_all_calls_are_aborted(&MultiClient::launch().unwrap());
    let client = MultiClient::launch().unwrap();
    let limit = Duration::from_millis(300);
    let (hung, _) = while_hanging(|| client.hang().unwrap_err(), || client.shutdown_within(limit).unwrap());
    assert!(matches!(hung, Error::Shutdown), "{hung:?}");
}

#[test]
fn an_abort_ends_the_calls_on_every_connection_to_a_server_that_was_started_by_hand() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("abort connections, connected");
    let server = Listening::start("multi");
    assert_all_calls_are_aborted(&MultiClient::connect(&server.name).unwrap());
    // So does a deadline.
    let limit = Duration::from_millis(300);
    let client = MultiClient::builder().call_timeout(limit).connect(&server.name).unwrap();
    let error = client.hang().unwrap_err();
    assert!(matches!(&error, Error::Timeout { .. }), "{error:?}");
}

/// An interface without a library, which also declares a method `abort`.
#[bridge32]
trait Sleeper {
    /// Sleeps for this time.
    fn wait(&self, milliseconds: u64) -> u64;
    /// The interface's own.
    fn abort(&self) -> u64;
}

struct Sleeping;

impl Sleeper for Sleeping {
    fn wait(&self, milliseconds: u64) -> u64 {
        std::thread::sleep(Duration::from_millis(milliseconds));
        milliseconds
    }

    fn abort(&self) -> u64 {
        7
    }
}

#[test]
fn a_server_in_this_process_is_left_to_itself() {
    let _watchdog = Watchdog::new("abort in process");
    let client = SleeperClient::in_process(Sleeping);
    assert_eq!(client.abort().unwrap(), 7);
    let (hung, exit) = while_hanging(|| client.wait(600_000).unwrap_err(), || Client::abort(&client).unwrap());
    assert_aborted(&hung, Some("wait"), None);
    assert_eq!(exit.status, None);
    assert_aborted(&client.wait(0).unwrap_err(), Some("wait"), Some(false));

    let client = SleeperClient::in_process(Sleeping);
    let limit = Duration::from_millis(100);
    let (hung, _) = while_hanging(|| client.wait(600_000).unwrap_err(), || client.shutdown_within(limit).unwrap());
    assert!(matches!(hung, Error::Shutdown), "{hung:?}");
}
