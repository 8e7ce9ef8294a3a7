//! COM apartments, and window and timer messages on the main thread of a server.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use bridge32::{Error, Restart, Transport};
use bridge32_tests::callbacks::CallbacksClient;
use bridge32_tests::listening::Listening;
use bridge32_tests::messages::{MtaClient, StaClient, WindowedClient};
use bridge32_tests::pair::{self, Pair};
use bridge32_tests::skip::{NO_LISTENING, NO_MESSAGES};
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;

/// The `APTTYPE` of each apartment. The first single-threaded apartment of a process is the main one.
const STA: i32 = 0;
const MTA: i32 = 1;
const MAIN_STA: i32 = 3;
const NONE: i32 = -1;

/// Whether the server has window messages. Without them, the tests check that the option changes nothing.
fn has_messages() -> bool {
    Pair::current().is_windows_server()
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(20), "timed out waiting until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn threads_enter_the_requested_apartment() {
    let _watchdog = Watchdog::new("apartments");
    let (sta, mta, none) =
        (StaClient::launch().unwrap(), MtaClient::launch().unwrap(), WindowedClient::launch().unwrap());
    if has_messages() {
        let (apartment, entered) = sta.apartment().unwrap();
        assert!([STA, MAIN_STA].contains(&apartment) && entered, "{apartment}");
        // The threads of connections are in it implicitly, because another thread has entered it.
        assert_eq!(mta.apartment().unwrap(), (MTA, false));
    } else {
        assert_eq!(sta.apartment().unwrap(), (NONE, false));
        assert_eq!(sta.this_thread().unwrap(), sta.server_info().pid, "the main thread");
        assert_eq!(mta.apartment().unwrap(), (NONE, false));
    }
    assert_eq!(none.apartment().unwrap(), (NONE, false));
}

#[test]
fn messages_are_dispatched_while_the_server_waits_for_calls() {
    skip_on!(Pair::Linux, NO_MESSAGES);
    let _watchdog = Watchdog::new("messages");
    for transport in [Transport::SharedMemory, Transport::Pipe] {
        let client = StaClient::builder().transport(transport).launch().unwrap();
        assert_eq!(client.server_info().transport, transport);
        assert!(client.open_window(10).unwrap());
        let before = client.ticks_seen().unwrap();
        std::thread::sleep(Duration::from_secs(1));
        let ticks = client.ticks_seen().unwrap() - before;
        assert!((10..=110).contains(&ticks), "{ticks} ticks in a second");
        // Another thread of the library sends a message and waits for the answer.
        assert!(client.send_from_a_thread().unwrap());
        until("the message was answered", || client.sent_sum().unwrap() == 42);
        assert_eq!(client.shutdown().unwrap().status.unwrap().to_string(), "it ended with code 0");
    }
}

#[test]
fn messages_are_not_dispatched_without_an_apartment() {
    let _watchdog = Watchdog::new("no messages");
    let client = WindowedClient::launch().unwrap();
    assert_eq!(client.open_window(10).unwrap(), has_messages());
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(client.ticks_seen().unwrap(), 0);
    let client = MtaClient::launch().unwrap();
    assert_eq!(client.open_window(10).unwrap(), has_messages());
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(client.ticks_seen().unwrap(), 0);
}

#[test]
fn calls_and_messages_do_not_starve_each_other() {
    skip_on!(Pair::Linux, NO_MESSAGES);
    let _watchdog = Watchdog::new("calls and messages");
    let client = StaClient::launch().unwrap();
    assert!(client.open_window(10).unwrap());
    // Calls without a pause.
    let (begin, before) = (Instant::now(), client.ticks_seen().unwrap());
    let mut calls = 0;
    let threads: Vec<_> = std::iter::repeat_with(|| {
        calls += 1;
        client.this_thread().unwrap()
    })
    .take_while(|_| begin.elapsed() < Duration::from_secs(1))
    .collect();
    assert!(threads.windows(2).all(|pair| pair[0] == pair[1]), "one thread, the main one");
    let ticks = client.ticks_seen().unwrap() - before;
    println!("{calls} calls and {ticks} ticks in a second");
    assert!(ticks >= 10, "{ticks} ticks during {calls} calls");
    // Messages without a pause, including one that asks a message loop to quit.
    client.post_without_end().unwrap();
    client.quit().unwrap();
    let begin = Instant::now();
    for _ in 0..100 {
        client.ticks_seen().unwrap();
    }
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?} for 100 calls", begin.elapsed());
    let posted = client.posted().unwrap();
    until("more messages were posted", || client.posted().unwrap() > posted);
}

/// The shortest time of many calls, because other programs may use the CPU.
fn least(call: impl Fn()) -> Duration {
    let time = || {
        let begin = Instant::now();
        call();
        begin.elapsed()
    };
    (0..500).map(|_| time()).min().unwrap()
}

#[test]
fn waiting_for_messages_does_not_delay_calls() {
    let _watchdog = Watchdog::new("calls with messages and without");
    for transport in [Transport::SharedMemory, Transport::Pipe] {
        let with = StaClient::builder().transport(transport).launch().unwrap();
        let without = WindowedClient::builder().transport(transport).launch().unwrap();
        let with = least(|| {
            with.this_thread().unwrap();
        });
        let without = least(|| {
            without.this_thread().unwrap();
        });
        println!("{transport:?}: {with:?} with messages, {without:?} without");
        // A call may wake one more thread, but must not wait for a system timer, which ticks every 10 ms or less often.
        assert!(
            with < without * 10 + Duration::from_millis(2),
            "{transport:?}: {with:?}, and {without:?} without messages"
        );
    }
}

#[test]
fn a_closure_run_by_a_message_may_call_the_library() {
    skip_on!(Pair::Linux, NO_MESSAGES);
    let _watchdog = Watchdog::new("closures of messages");
    let client = StaClient::launch().unwrap();
    let (sender, ticks) = channel();
    let main = client.this_thread().unwrap();
    let other = client.clone();
    // The closure and its calls run on the main thread of the server.
    let registration = client
        .on_tick(move |count| {
            // Fails if the test has ended.
            let _ = sender.send((count, other.ticks_seen().unwrap(), other.this_thread().unwrap()));
            0
        })
        .unwrap();
    assert!(client.open_window(10).unwrap());
    for _ in 0..10 {
        let (count, seen, thread) = ticks.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_eq!((count, thread), (seen, main));
        // The program makes calls at the same time.
        assert_eq!(client.this_thread().unwrap(), main);
    }
    drop(registration);
    let seen = client.ticks_seen().unwrap();
    until("time goes on", || client.ticks_seen().unwrap() > seen);
}

#[test]
fn a_closure_run_by_a_message_may_shut_its_client_down() {
    skip_on!(Pair::Linux, NO_MESSAGES);
    let _watchdog = Watchdog::new("shutdown by a closure of a message");
    let client = StaClient::launch().unwrap();
    let (sender, ended) = channel();
    let other = client.clone();
    let _registration = client.on_tick(move |_| {
        let begin = Instant::now();
        let _ = sender.send((other.shutdown(), begin.elapsed()));
        0
    });
    assert!(client.open_window(10).unwrap());
    let (exit, took) = ended.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(exit.unwrap().status.unwrap().to_string(), "it ended with code 0");
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert!(matches!(client.ticks_seen(), Err(Error::Shutdown)));
}

#[test]
fn the_call_after_a_message_that_crashed_or_hung_reports_it() {
    skip_on!(Pair::Linux, NO_MESSAGES);
    let _watchdog = Watchdog::new("messages that go wrong");
    let restart = Restart::OnFailure { max: 2, within: Duration::from_secs(60), backoff: Duration::ZERO };
    let client = StaClient::builder().call_timeout(Duration::from_secs(3)).restart(restart).launch().unwrap();
    assert!(client.open_window(10).unwrap());
    client.hang_at_next_tick().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert!(matches!(client.ticks_seen(), Err(Error::Timeout { .. })));
    assert_eq!(client.ticks_seen().unwrap(), 0, "a new server");
    assert!(client.open_window(10).unwrap());
    client.crash_at_next_tick().unwrap();
    until("the server is another one", || client.ticks_seen().is_ok() && client.server_info().generation == 3);
}

#[test]
fn a_crash_in_a_message_is_reported_as_that() {
    skip_on!(Pair::Linux, NO_MESSAGES);
    let _watchdog = Watchdog::new("a message that crashes");
    let client = StaClient::launch().unwrap();
    assert!(client.open_window(10).unwrap());
    client.crash_at_next_tick().unwrap();
    let mut error = None;
    until("the server has crashed", || {
        error = client.ticks_seen().err();
        error.is_some()
    });
    let error = error.unwrap();
    assert_eq!(error.method(), None, "{error}");
    assert!(error.to_string().starts_with("the server died while it dispatched a window message: "), "{error}");
}

#[test]
fn a_main_thread_in_another_apartment_fails_the_start() {
    let _watchdog = Watchdog::new("another apartment");
    let launched = StaClient::builder().server(pair::server("spoiled")).launch();
    match launched {
        Ok(_) if !has_messages() => {}
        Err(Error::ServerStart { reason, .. }) if has_messages() => {
            assert!(reason.contains("the apartment \"sta\" of COM"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_listening_server_dispatches_messages() {
    skip_on!(Pair::Linux, NO_MESSAGES);
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("a listening server with messages");
    let server = Listening::start("sta");
    let clients = [StaClient::connect(&server.name).unwrap(), StaClient::connect(&server.name).unwrap()];
    let main = clients[0].this_thread().unwrap();
    let (sender, ticks) = channel();
    let other = clients[1].clone();
    let registration = clients[1]
        .on_tick(move |_| {
            let _ = sender.send(other.this_thread().unwrap());
            0
        })
        .unwrap();
    assert!(clients[0].open_window(10).unwrap());
    for _ in 0..3 {
        assert_eq!(ticks.recv_timeout(Duration::from_secs(20)).unwrap(), main);
        assert_eq!(clients[0].this_thread().unwrap(), main);
    }
    drop(registration);
}

#[test]
fn a_closure_run_by_another_client_s_call_may_call_the_library() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("closures of other clients");
    let server = Listening::start("callbacks");
    let [one, other] = [(); 2].map(|()| CallbacksClient::connect(&server.name).unwrap());
    let caller = other.clone();
    let (sender, events) = channel();
    let registration = other.on_event(move |n| {
        // This call runs inside the other client's call, on the same thread.
        let _ = sender.send(caller.apply(n, |n| n * 2).unwrap());
    });
    let registration = registration.unwrap();
    one.fire(21).unwrap();
    assert_eq!(events.recv_timeout(Duration::from_secs(20)).unwrap(), 42);
    drop(registration);
    assert_eq!(one.apply(1, |n| n + 1).unwrap(), 2);
}
