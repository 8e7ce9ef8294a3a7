//! Restarts of servers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use bridge32::{Builder, Error, Restart};
use bridge32_tests::faults::FaultsClient;
use bridge32_tests::processes::{is_gone, kill};
use bridge32_tests::watchdog::Watchdog;

const MINUTE: Duration = Duration::from_secs(60);

fn restarting(max: u32) -> Builder<FaultsClient> {
    FaultsClient::builder().restart(Restart::OnFailure { max, within: 60 * MINUTE, backoff: Duration::ZERO })
}

#[test]
fn the_call_after_a_death_starts_the_server_again() {
    let _watchdog = Watchdog::new("restart");
    let client = restarting(2).launch().unwrap();
    client.set_mode(5).unwrap();
    let first = client.server_info();
    assert_eq!(first.generation, 1);

    assert!(matches!(client.write_to_nowhere(), Err(Error::ServerDied { .. })), "the call itself is not repeated");
    assert_eq!(client.get_mode().unwrap(), 0, "the state is lost");
    let second = client.server_info();
    assert_eq!(second.generation, 2);
    assert_ne!(second.pid, first.pid);
    assert_eq!(second.library, first.library);
    assert!(client.clone().shutdown().unwrap().status.unwrap().success());
    assert!(
        matches!(client.get_mode(), Err(Error::Shutdown)),
        "a client that was shut down does not restart its server"
    );
}

#[test]
fn a_server_that_died_while_idle_is_restarted_without_a_failed_call() {
    let _watchdog = Watchdog::new("idle restart");
    let client = restarting(1).launch().unwrap();
    let pid = client.server_info().pid;
    kill(pid);
    assert!(is_gone(pid, MINUTE));
    // The client may notice the death a moment later.
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(client.get_mode().unwrap(), 0);
    assert_eq!(client.server_info().generation, 2);
}

#[test]
fn the_call_after_a_timeout_starts_the_server_again() {
    let _watchdog = Watchdog::new("restart after timeout");
    let client = restarting(9).call_timeout(Duration::from_millis(500)).launch().unwrap();
    for generation in 2..4 {
        assert!(matches!(client.spin(), Err(Error::Timeout { .. })));
        assert_eq!(client.get_mode().unwrap(), 0);
        assert_eq!(client.server_info().generation, generation);
    }
}

#[test]
fn restarts_stop_at_their_limit() {
    let _watchdog = Watchdog::new("restart limit");
    let client = restarting(1).launch().unwrap();
    client.abort_now().unwrap_err();
    client.abort_now().unwrap_err();
    for _ in 0..2 {
        assert!(matches!(client.get_mode(), Err(Error::ServerDied { .. })));
    }
    assert_eq!(client.server_info().generation, 2);
}

#[test]
fn a_restart_waits_for_the_backoff() {
    let _watchdog = Watchdog::new("backoff");
    let backoff = Duration::from_millis(700);
    let restart = Restart::OnFailure { max: 1, within: MINUTE, backoff };
    let client = FaultsClient::builder().restart(restart).launch().unwrap();
    client.abort_now().unwrap_err();
    let begin = Instant::now();
    client.get_mode().unwrap();
    // The backoff begins when the failure is noticed, a moment before the error is returned.
    assert!(begin.elapsed() > backoff / 2, "{:?}", begin.elapsed());
}

#[test]
fn a_start_hook_restores_the_state() {
    let _watchdog = Watchdog::new("hook");
    let starts = Arc::new(AtomicI32::new(0));
    let counted = Arc::clone(&starts);
    let hook = move |client: &FaultsClient| client.set_mode(40 + counted.fetch_add(1, Ordering::SeqCst));
    let client = restarting(9).on_start(hook).launch().unwrap();
    assert_eq!(client.get_mode().unwrap(), 40);
    client.exit_with(1).unwrap_err();
    assert_eq!(client.get_mode().unwrap(), 41);
    client.exit_with(1).unwrap_err();
    assert_eq!(client.get_mode().unwrap(), 42);
    assert_eq!(starts.load(Ordering::SeqCst), 3);
}

#[test]
fn an_error_of_a_start_hook_fails_the_launch_or_the_call() {
    let _watchdog = Watchdog::new("failing hook");
    let error = FaultsClient::builder().on_start(|client| client.abort_now()).launch().unwrap_err();
    assert!(matches!(error, Error::ServerDied { .. }), "{error:?}");

    let pids = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&pids);
    let hook = move |client: &FaultsClient| {
        let server = client.server_info();
        seen.lock().unwrap().push(server.pid);
        if server.generation == 1 || seen.lock().unwrap().len() == 3 { Ok(()) } else { client.write_stderr("a\0b") }
    };
    let client = restarting(9).on_start(hook).launch().unwrap();
    client.abort_now().unwrap_err();
    assert!(matches!(client.get_mode(), Err(Error::Argument { .. })), "the hook failed");
    assert!(is_gone(pids.lock().unwrap()[1], MINUTE), "the server whose hook failed is ended");
    assert_eq!(client.get_mode().unwrap(), 0, "the third start succeeds");
}

#[test]
fn the_client_of_a_start_hook_is_unusable_afterwards() {
    let _watchdog = Watchdog::new("client of a hook");
    let stored = Arc::new(std::sync::Mutex::new(None));
    let store = Arc::clone(&stored);
    let hook = move |client: &FaultsClient| {
        *store.lock().unwrap() = Some(client.clone());
        Ok(())
    };
    let client = restarting(1).on_start(hook).launch().unwrap();
    let stray = stored.lock().unwrap().take().unwrap();
    assert!(matches!(stray.get_mode(), Err(Error::Shutdown)));
    assert!(matches!(stray.shutdown(), Err(Error::Shutdown)));
    drop(stray);
    assert_eq!(client.get_mode().unwrap(), 0);
}

#[test]
fn several_threads_share_one_restart() {
    let _watchdog = Watchdog::new("shared restart");
    let client = restarting(1).launch().unwrap();
    client.abort_now().unwrap_err();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(client.get_mode().unwrap(), 0));
        }
    });
    assert_eq!(client.server_info().generation, 2);
}
