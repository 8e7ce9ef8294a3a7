//! Closures that a thread of the library's own runs, and that call the client.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use std::time::Duration;

use bridge32::{Error, Registration, bridge32};
use bridge32_tests::callbacks::CallbacksClient;
use bridge32_tests::pair::Pair;
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;

/// How long a closure waits, so that the main thread is in the call that the test is about.
const PAUSE: Duration = Duration::from_millis(300);

#[test]
fn a_closure_calls_while_the_main_thread_waits_for_its_thread() {
    let _watchdog = Watchdog::new("a call while the main thread waits");
    let client = CallbacksClient::launch().unwrap();
    let (sender, results) = channel();
    let other = client.clone();
    let registration = client.on_event(move |n| {
        std::thread::sleep(PAUSE);
        // A call, a call with a closure, and a batch.
        let nested = other.apply(20, |x| other.apply(x, |x| x + 1).unwrap() * 2);
        let batch = other.batch(|batch| (batch.acquisitions(), batch.acquisitions()));
        sender.send((n, other.acquisitions().unwrap(), nested.unwrap(), batch.unwrap().1.unwrap())).unwrap();
    });
    let registration = registration.unwrap();
    for round in 1..4 {
        client.start_acquisition().unwrap();
        client.stop_acquisition().unwrap();
        assert_eq!(results.try_recv().unwrap(), (1, round, 42, round));
    }
    drop(registration);
}

#[test]
fn a_closure_calls_while_its_thread_holds_a_lock_of_the_library() {
    let _watchdog = Watchdog::new("a call while the library is locked");
    let client = CallbacksClient::launch().unwrap();
    let (sender, results) = channel();
    let other = client.clone();
    let registration = client.on_event(move |_| sender.send(other.acquisitions().unwrap()).unwrap()).unwrap();
    // The main thread is idle. In C, the thread takes its own lock again.
    client.start_acquisition().unwrap();
    assert_eq!(results.recv().unwrap(), 1);
    client.stop_acquisition().unwrap();
    drop(registration);
}

#[test]
fn a_closure_calls_while_the_main_thread_waits_for_the_closure() {
    let _watchdog = Watchdog::new("a call while the closure is waited for");
    let client = CallbacksClient::launch().unwrap();
    let (sender, results) = channel();
    let other = client.clone();
    let registration = client.on_event(move |n| {
        if n == 0 {
            sender.send((n, 0)).unwrap();
            std::thread::sleep(PAUSE);
        }
        sender.send((n, other.apply(n, |n| n + 100).unwrap())).unwrap();
    });
    let registration = registration.unwrap();
    client.fire_in_background(1).unwrap();
    assert_eq!(results.recv().unwrap(), (0, 0));
    // The library runs the closure again, which waits until it has returned on the other thread.
    client.fire(2).unwrap();
    assert_eq!(results.try_iter().collect::<Vec<_>>(), [(0, 100), (2, 102)]);
    drop(registration);
}

#[test]
fn a_closure_that_calls_itself_on_a_library_thread_is_an_error() {
    let _watchdog = Watchdog::new("reentry on a library thread");
    let client = CallbacksClient::launch().unwrap();
    let (sender, results) = channel();
    let other = client.clone();
    let registration = client.on_event(move |n| sender.send(other.fire(n).unwrap_err()).unwrap()).unwrap();
    client.fire_and_wait(1).unwrap();
    let error = results.try_recv().unwrap();
    assert!(matches!(&error, Error::Callback { reason, .. } if reason.contains("running already")), "{error:?}");
    drop(registration);
}

/// The routine of a timer, and any other asynchronous procedure call, runs in the library's own waits, and not in the server's.
#[test]
fn an_asynchronous_procedure_call_does_not_run_while_the_server_waits() {
    skip_on!(Pair::Linux, "Linux has no asynchronous procedure calls");
    let _watchdog = Watchdog::new("asynchronous procedure calls");
    let client = CallbacksClient::launch().unwrap();
    let (sender, events) = channel();
    let other = client.clone();
    let registration = client.on_event(move |n| sender.send((n, other.acquisitions().unwrap())).unwrap()).unwrap();
    for n in 0..3 {
        assert!(client.fire_by_timer(n).unwrap());
        // The server is idle, and then in a callback.
        std::thread::sleep(PAUSE);
        assert_eq!(
            client
                .apply(1, |x| {
                    std::thread::sleep(PAUSE);
                    x
                })
                .unwrap(),
            1
        );
        assert!(events.try_recv().is_err());
        assert!(client.wait_for_timer(10_000).unwrap());
        assert_eq!(events.try_recv().unwrap(), (n, 0), "the library waits, and the closure calls");
    }
    drop(registration);
}

/// An interface whose server, in Rust, is not `Sync`.
#[bridge32]
trait Worker {
    /// Starts a thread that runs the closure.
    fn start(&self, #[registered] run: fn(i32) -> i32);
    /// Waits for the thread; returns what the closure has returned.
    fn stop(&self) -> i32;
}

struct InRust {
    thread: Mutex<Option<JoinHandle<i32>>>,
    _not_sync: std::cell::Cell<()>,
}

impl Worker for InRust {
    fn start(&self, mut run: Box<dyn FnMut(i32) -> i32 + Send>) -> Registration {
        *self.thread.lock().unwrap() = Some(std::thread::spawn(move || run(1)));
        Registration::new(|| ())
    }

    fn stop(&self) -> i32 {
        self.thread.lock().unwrap().take().unwrap().join().unwrap()
    }
}

#[test]
fn a_server_that_other_threads_cannot_use_refuses_the_call_at_once() {
    let _watchdog = Watchdog::new("a call that is refused");
    let client = WorkerClient::in_process(InRust { thread: Mutex::default(), _not_sync: std::cell::Cell::default() });
    let other = client.clone();
    let registration = client.start(move |x| {
        std::thread::sleep(PAUSE);
        let error = other.stop().unwrap_err();
        let is_refused =
            matches!(&error, Error::Fault { reason, .. } if reason.contains("a thread of the library's own"));
        assert!(is_refused, "{error:?}");
        x + 6
    });
    let registration = registration.unwrap();
    assert_eq!(client.stop().unwrap(), 7);
    drop(registration);
}
