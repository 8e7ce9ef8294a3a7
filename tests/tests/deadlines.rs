//! Calls that take too long.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::time::{Duration, Instant};

use bridge32::{Error, bridge32};
use bridge32_tests::faults::FaultsClient;
use bridge32_tests::listening::Listening;
use bridge32_tests::pair::Pair;
use bridge32_tests::processes::is_gone;
use bridge32_tests::skip::NO_LISTENING;
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;

/// The longest time in which a call with a short deadline must return on a busy machine. Without a deadline it would hang.
const SOON: Duration = Duration::from_secs(20);

fn with_deadline(deadline: Duration) -> FaultsClient {
    FaultsClient::builder().call_timeout(deadline).launch().unwrap()
}

#[track_caller]
fn assert_timed_out(error: &Error, name: &str, limit: Duration) {
    let Error::Timeout { method, after, .. } = error else { panic!("{error:?}") };
    assert_eq!((method.as_str(), *after), (name, limit));
    assert_eq!(error.to_string(), format!("`{name}` took longer than {limit:?}, and the server was given up"));
}

#[test]
fn a_hanging_call_times_out_and_later_calls_report_it() {
    let _watchdog = Watchdog::new("hanging call");
    let limit = Duration::from_millis(300);
    let client = with_deadline(limit);
    let pid = client.server_info().pid;
    assert_eq!(client.get_mode().unwrap(), 0);

    let begin = Instant::now();
    assert_timed_out(&client.spin().unwrap_err(), "spin", limit);
    assert!(begin.elapsed() >= limit && begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert!(is_gone(pid, SOON));
    for _ in 0..2 {
        let error = client.get_mode().unwrap_err();
        assert!(matches!(&error, Error::GivenUp { method, .. } if method == "spin"), "{error:?}");
        assert!(error.to_string().contains("an earlier call of `spin` took longer than 300ms"), "{error}");
    }
    assert!(client.shutdown().unwrap().status.is_some());
}

/// A Windows process has no signals, and Wine handles them itself.
#[cfg(unix)]
#[test]
fn a_server_is_asked_to_exit_before_it_is_killed() {
    skip_on!(Pair::LinuxWindows, "Wine handles SIGTERM itself");
    let _watchdog = Watchdog::new("asked to exit");
    let limit = Duration::from_millis(300);
    let will = tempfile::NamedTempFile::new().unwrap();
    let client = with_deadline(limit);
    let error = client.hang_with_a_will(will.path().to_str().unwrap()).unwrap_err();
    assert_timed_out(&error, "hang_with_a_will", limit);
    assert_eq!(client.shutdown().unwrap().status.unwrap().code(), Some(0));
    assert!(!will.path().exists());

    let client = with_deadline(limit);
    assert_timed_out(&client.hang_stubbornly().unwrap_err(), "hang_stubbornly", limit);
    assert_eq!(client.shutdown().unwrap().status.unwrap().name(), Some("SIGKILL"));
}

#[test]
fn a_sleeping_call_times_out() {
    let _watchdog = Watchdog::new("sleeping call");
    let limit = Duration::from_millis(300);
    assert_timed_out(&with_deadline(limit).nap(600_000).unwrap_err(), "nap", limit);
}

#[test]
fn calls_within_their_deadline_succeed() {
    let _watchdog = Watchdog::new("calls in time");
    let limit = Duration::from_secs(2);
    let client = with_deadline(limit);
    let begin = Instant::now();
    // Together, the calls and the pauses take longer than the deadline, but no single call does.
    while begin.elapsed() < 2 * limit {
        client.set_mode(7).unwrap();
        client.nap(100).unwrap();
    }
    std::thread::sleep(limit + Duration::from_millis(200));
    assert_eq!(client.get_mode().unwrap(), 7);
}

#[test]
fn a_zero_deadline_does_not_hang() {
    let _watchdog = Watchdog::new("zero deadline");
    let client = with_deadline(Duration::ZERO);
    // The deadline has passed when the call is sent, so the result may or may not arrive; the call must not hang.
    if let Err(error) = client.spin() {
        assert!(matches!(error, Error::Timeout { .. } | Error::Busy { .. }), "{error:?}");
    }
}

#[test]
fn a_maximal_deadline_never_expires() {
    let _watchdog = Watchdog::new("endless deadline");
    assert_eq!(with_deadline(Duration::MAX).get_mode().unwrap(), 0);
}

#[test]
fn one_of_several_calls_times_out_and_the_others_fail() {
    let _watchdog = Watchdog::new("threads");
    let client = with_deadline(Duration::from_millis(500));
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| client.spin().unwrap_err())).collect();
        let errors: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let timed_out = errors.iter().filter(|error| matches!(error, Error::Timeout { .. })).count();
        assert_eq!(timed_out, 1, "only one call was made: {errors:?}");
        let others = errors.iter().filter(|error| matches!(error, Error::GivenUp { .. } | Error::Busy { .. })).count();
        assert_eq!(others, 3, "{errors:?}");
    });
}

#[test]
fn a_method_may_have_its_own_deadline() {
    let _watchdog = Watchdog::new("method deadline");
    let client = FaultsClient::launch().unwrap();
    client.nap(800).unwrap();
    client.short_nap(1).unwrap();
    assert_timed_out(&client.short_nap(600_000).unwrap_err(), "short_nap", Duration::from_millis(400));

    let client = with_deadline(Duration::from_millis(400));
    client.long_nap(800).unwrap();
    assert_timed_out(&client.nap(600_000).unwrap_err(), "nap", Duration::from_millis(400));
}

#[test]
fn a_call_that_waits_too_long_for_a_busy_server_is_not_made() {
    let _watchdog = Watchdog::new("busy");
    let client = FaultsClient::launch().unwrap();
    std::thread::scope(|scope| {
        let napping = scope.spawn(|| client.long_nap(3000));
        std::thread::sleep(Duration::from_millis(500));
        let error = client.short_nap(0).unwrap_err();
        assert!(matches!(&error, Error::Busy { method, .. } if method == "short_nap"), "{error:?}");
        assert!(error.to_string().contains("the server was busy with other calls for 400ms"), "{error}");
        napping.join().unwrap().unwrap();
    });
    assert_eq!(client.get_mode().unwrap(), 0, "the server still runs");
}

#[test]
fn a_deadline_applies_in_process() {
    struct Sleeper;
    impl Delayed for Sleeper {
        fn wait(&self, milliseconds: u64) -> u64 {
            std::thread::sleep(Duration::from_millis(milliseconds));
            milliseconds
        }
    }

    let _watchdog = Watchdog::new("in process");
    let client = DelayedClient::in_process(Sleeper);
    assert_eq!(client.wait(1).unwrap(), 1);
    assert_timed_out(&client.wait(600_000).unwrap_err(), "wait", Duration::from_millis(400));
    assert!(matches!(client.wait(1), Err(Error::GivenUp { .. })));
}

/// An interface without a library, with a deadline.
#[bridge32]
trait Delayed {
    /// Sleeps for this time.
    #[timeout("400ms")]
    fn wait(&self, milliseconds: u64) -> u64;
}

#[cfg(unix)]
#[test]
fn a_stopped_server_does_not_hang_its_client() {
    let _watchdog = Watchdog::new("stopped server");
    let limit = Duration::from_millis(300);
    let client = with_deadline(limit);
    let pid = client.server_info().pid;
    bridge32_tests::processes::stop(pid);
    // More than the capacity of any pipe, so that sending blocks, too.
    let text = "x".repeat(4 << 20);
    assert_timed_out(&client.count_bytes(&text).unwrap_err(), "count_bytes", limit);
    assert!(is_gone(pid, SOON));

    let client = with_deadline(limit);
    let pid = client.server_info().pid;
    bridge32_tests::processes::stop(pid);
    assert_timed_out(&client.get_mode().unwrap_err(), "get_mode", limit);
    assert!(is_gone(pid, SOON));
}

#[cfg(unix)]
#[test]
fn a_stopped_server_does_not_hang_shutdown() {
    let _watchdog = Watchdog::new("stopped shutdown");
    let client = FaultsClient::launch().unwrap();
    let pid = client.server_info().pid;
    bridge32_tests::processes::stop(pid);
    let exit = client.shutdown().unwrap();
    assert_eq!(exit.status.unwrap().name(), Some("SIGKILL"));
    assert!(is_gone(pid, SOON));
}

#[test]
fn a_connected_client_gives_up_without_ending_its_server() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("connected");
    let mut server = Listening::start("faults");
    let limit = Duration::from_millis(300);
    let client = FaultsClient::builder().call_timeout(limit).connect(&server.name).unwrap();
    assert_eq!(client.server_info().pid, server.pid());
    client.set_mode(5).unwrap();

    let begin = Instant::now();
    assert_timed_out(&client.nap(3000).unwrap_err(), "nap", limit);
    assert!(begin.elapsed() >= limit && begin.elapsed() < SOON, "{:?}", begin.elapsed());
    let error = client.get_mode().unwrap_err();
    assert!(matches!(&error, Error::GivenUp { method, .. } if method == "nap"), "{error:?}");
    assert_eq!(client.shutdown().unwrap().status, None);

    // The server does not belong to this client: once the call returns there, it serves other clients.
    assert!(server.is_running());
    assert_eq!(FaultsClient::connect(&server.name).unwrap().get_mode().unwrap(), 5);
}

#[test]
fn deadlines_of_methods_apply_to_a_connected_client() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("connected method");
    let server = Listening::start("faults");
    let client = FaultsClient::connect(&server.name).unwrap();
    client.short_nap(1).unwrap();
    assert_timed_out(&client.short_nap(600_000).unwrap_err(), "short_nap", Duration::from_millis(400));
}

#[test]
fn connecting_to_a_busy_server_times_out() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("busy server");
    let server = Listening::start("faults");
    let first = FaultsClient::builder().call_timeout(Duration::from_millis(300)).connect(&server.name).unwrap();
    first.nap(600_000).unwrap_err();
    let begin = Instant::now();
    let limit = Duration::from_millis(500);
    let error = FaultsClient::builder().start_timeout(limit).connect(&server.name).unwrap_err();
    assert!(begin.elapsed() >= limit && begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert!(matches!(&error, Error::ConnectTimeout { after, .. } if *after == limit), "{error:?}");
    assert!(error.to_string().contains("it may be busy with a call of another program"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_stopped_server_does_not_hang_a_connected_client() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("stopped and connected");
    let server = Listening::start("faults");
    let limit = Duration::from_millis(300);
    let connect = || FaultsClient::builder().call_timeout(limit).connect(&server.name).unwrap();
    let (waiting, sending) = (connect(), connect());
    bridge32_tests::processes::stop(server.pid());
    assert_timed_out(&waiting.get_mode().unwrap_err(), "get_mode", limit);
    // More than the capacity of any pipe, so that sending blocks, too.
    assert_timed_out(&sending.count_bytes(&"x".repeat(4 << 20)).unwrap_err(), "count_bytes", limit);
    assert_eq!(waiting.shutdown().unwrap().status, None);
}
