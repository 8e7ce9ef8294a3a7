//! Closures that a native library calls back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;
use std::time::Duration;

use bridge32::{CallError, Error, Registration, Restart};
use bridge32_tests::callbacks::{Callbacks, CallbacksClient, Level, Spot};
use bridge32_tests::watchdog::Watchdog;

fn launch(test: &'static str) -> (Watchdog, CallbacksClient) {
    (Watchdog::new(test), CallbacksClient::launch().unwrap())
}

/// Returns the name of the callback that failed, and the reason.
fn failure<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, String) {
    match result {
        Err(Error::Callback { callback, reason, .. }) => (callback, reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn closures_take_and_return_numbers() {
    let (_watchdog, client) = launch("callbacks with numbers");
    assert_eq!(client.apply(20, |x| x + 1).unwrap(), 21);
    let mut seen = Vec::new();
    let last = client.apply_times(1000, |x| {
        seen.push(x);
        -x
    });
    assert_eq!(last.unwrap(), -999);
    assert_eq!(seen, (0..1000).collect::<Vec<_>>());
    assert_eq!(client.large(|| i64::MIN).unwrap(), i64::MIN);
    let mut ran = false;
    client.nothing(|| ran = true).unwrap();
    assert!(ran);
    let extremes = client.extremes(|a, b, c, d, e, f, g, h, i, j, k| {
        assert_eq!((a, b, c, d), (i8::MIN, u8::MAX, i16::MIN, u16::MAX));
        assert_eq!((e, f, g, h), (i32::MIN, u32::MAX, i64::MIN, u64::MAX));
        assert_eq!((i, j, k), (-0.5, 1e308, true));
        f64::NEG_INFINITY
    });
    assert_eq!(extremes.unwrap(), f64::NEG_INFINITY);
}

#[test]
fn closures_are_called_in_every_calling_convention() {
    let (_watchdog, client) = launch("calling conventions of callbacks");
    for _ in 0..100 {
        assert_eq!(client.apply_stdcall(7, i64::MAX, |a, b| if b == i64::MAX { a } else { 0 }).unwrap(), 7);
        assert_eq!(client.apply_fastcall(1, 2, |a, b| a * 10 + b).unwrap(), 12);
    }
}

#[test]
fn an_absent_closure_is_a_null_pointer() {
    let (_watchdog, client) = launch("optional callbacks");
    assert_eq!(client.maybe(Some(|x| x + 41)).unwrap(), 42);
    assert_eq!(client.maybe(None::<fn(i32) -> i32>).unwrap(), -1);
}

#[test]
fn enums_are_checked_on_the_way_to_the_closure() {
    let (_watchdog, client) = launch("enums in callbacks");
    let swap = |level| if level == Level::Low { Level::High } else { Level::Low };
    assert_eq!(client.pick(1, swap).unwrap(), 2);
    let (callback, reason) = failure(client.pick(3, swap));
    assert_eq!((callback.as_str(), reason.as_str()), ("f", "was given 3, which is not a `Level` as `level`"));
    assert_eq!(client.pick(2, swap).unwrap(), 1, "the server still runs");
}

#[test]
fn closures_take_and_return_text() {
    let (_watchdog, client) = launch("text in callbacks");
    let mut words = Vec::new();
    client.words(|word, wide, none| words.push((word.to_owned(), wide.to_owned(), none.map(str::to_owned)))).unwrap();
    let expected = [("", "ü", None), ("grüß", "grüß", Some("there"))];
    assert_eq!(words, expected.map(|(word, wide, none)| (word.to_owned(), wide.to_owned(), none.map(str::to_owned))));
    let (callback, reason) = failure(client.not_text(|_| panic!("called with invalid text")));
    assert_eq!(callback, "visit");
    assert!(reason.starts_with("was given ") && reason.ends_with(" as `word`"), "{reason}");
    let (_, reason) = failure(client.null_text(|_| panic!("called without text")));
    assert!(reason.contains("a null pointer for text"), "{reason}");
    assert_eq!(client.length_of_answer(|n| "x".repeat(n as usize)).unwrap(), 7);
}

#[test]
fn closures_take_lists() {
    let (_watchdog, client) = launch("closures with lists");
    let mut rows = Vec::new();
    let result = client.rows(
        |values, names| {
            let row =
                names.iter().zip(values).map(|(name, value)| format!("{name}={}", value.as_deref().unwrap_or("-")));
            rows.push(row.collect::<Vec<_>>().join(" "));
            names.len() as i32
        },
        3,
    );
    assert_eq!(result.unwrap(), 303);
    assert_eq!(rows, ["id=1 name=- size=10", "id=2 name=b size="]);
    assert_eq!(client.rows(|values, names| (values.len() + names.len()) as i32, 0).unwrap(), 0);
    let error = client.rows(|_, _| 0, -1).unwrap_err();
    assert!(matches!(&error, Error::Callback { reason, .. } if reason.contains("-1 as the length")), "{error}");

    let some = client.lists(
        |words, drives, codes, wide| {
            assert_eq!((words, drives, wide), (&["one", "", "three"][..], &["A:\\", "C:\\"][..], &["üb"][..]));
            codes.map_or(-1, |codes| codes.iter().map(|code| i32::from(*code)).sum())
        },
        true,
    );
    assert_eq!(some.unwrap(), 307);
    let none = client.lists(
        |words, drives, codes, wide| {
            assert!(words.is_empty() && drives.is_empty() && wide.is_empty());
            codes.map_or(-1, |codes| codes.len() as i32)
        },
        false,
    );
    assert_eq!(none.unwrap(), -1);
}

#[test]
fn closures_take_and_change_arrays() {
    let (_watchdog, client) = launch("arrays in callbacks");
    for n in [0, 1, 10, 2 << 20] {
        let mut length = None;
        client
            .chunks(n, |data| {
                assert!(data.iter().enumerate().all(|(index, value)| *value == index as f64));
                length = Some(data.len());
            })
            .unwrap();
        assert_eq!(length, Some(n as usize));
    }
    client.misaligned(|data| assert_eq!(data, [0, 1, 2])).unwrap();
    let (_, reason) = failure(client.negative_length(|_| panic!("called without an array")));
    assert_eq!(reason, "was given -1 as the length of `length` as `length`");
    let (_, reason) = failure(client.null_array(|_| panic!("called without an array")));
    assert!(reason.contains("a null pointer for an array of 2 elements"), "{reason}");
    assert_eq!(client.reverse_in_place(|values| values.reverse()).unwrap(), 4321);
}

#[test]
fn closures_take_and_return_structs() {
    let (_watchdog, client) = launch("structs in callbacks");
    let moved = client.move_point(Spot { x: 10, y: 0.5 }, |p, by, last| {
        *last = Spot { x: 0, y: 100.0 };
        Spot { x: p.x + by.x, y: p.y + by.y }
    });
    assert_eq!(moved.unwrap(), Spot { x: 11, y: 103.0 });
}

#[test]
fn closures_fill_out_parameters() {
    let (_watchdog, client) = launch("out parameters of callbacks");
    assert_eq!(client.ask(|| (true, 42, 0.5)).unwrap(), 42, "nothing is written through a null pointer");
    assert_eq!(client.ask(|| (false, 42, 0.5)).unwrap(), -2);
    let mut value = 20;
    client.adjust(&mut value, |value| *value += 1).unwrap();
    assert_eq!(value, 21);

    let mut rest = vec![1u8; 100];
    let sum = client.read_all(|| {
        let chunk: Vec<u8> = rest.drain(..rest.len().min(16)).collect();
        (chunk.len() as i32, chunk)
    });
    assert_eq!(sum.unwrap(), 100);
    let (callback, reason) = failure(client.read_all(|| (17, vec![0; 17])));
    assert_eq!(callback, "read");
    assert_eq!(reason, "returned 17 elements as `buffer`, for which the library has room for 16");

    assert_eq!(client.read_name(|| "Émile".to_owned()).unwrap(), 6);
    assert_eq!(client.read_name(String::new).unwrap(), 0);
    let (_, reason) = failure(client.read_name(|| "too long".to_owned()));
    assert_eq!(reason, "returned 9 elements as `buffer`, for which the library has room for 8");
}

#[test]
fn closures_are_found_by_their_context() {
    let (_watchdog, client) = launch("contexts of callbacks");
    let values: Vec<i32> = (1..=100).collect();
    assert_eq!(client.fold(&values, |sum, value| sum + value).unwrap(), 5050);
    let (depth, deepest) = (AtomicI32::new(0), AtomicI32::new(0));
    client
        .parse(
            "(()(()))",
            || {
                deepest.fetch_max(depth.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            },
            || {
                depth.fetch_sub(1, Ordering::SeqCst);
            },
        )
        .unwrap();
    assert_eq!((depth.into_inner(), deepest.into_inner()), (0, 3));
    assert_eq!(client.wrong_context(|x| x).unwrap(), 0, "an unknown context finds no closure");
}

/// Runs code that nests calls deeply. Without optimizations a level takes up to 20 KiB of the stack, and a thread of a test has
/// 2 MiB.
fn on_deep_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    let deep = std::thread::Builder::new().stack_size(16 << 20);
    std::thread::scope(|scope| deep.spawn_scoped(scope, run).unwrap().join().unwrap())
}

#[test]
fn closures_nest_a_hundred_deep() {
    fn level(client: &CallbacksClient, depth: i32) -> i32 {
        client.apply(depth, |depth| if depth == 0 { 0 } else { level(client, depth - 1) + 1 }).unwrap()
    }
    fn level_with_context(client: &CallbacksClient, depth: i32) -> i32 {
        let next = |_, depth| if depth == 0 { 0 } else { level_with_context(client, depth - 1) + 1 };
        client.fold(&[depth], next).unwrap()
    }
    let (_watchdog, client) = launch("nested callbacks");
    on_deep_stack(|| {
        for _ in 0..3 {
            assert_eq!(level(&client, 100), 100);
            assert_eq!(level_with_context(&client, 130), 130, "a context allows more closures than there are slots");
        }
    });
    assert_eq!(client.fire(3).unwrap(), 3);
}

#[test]
fn nesting_too_deep_without_a_context_is_an_error() {
    fn level(client: &CallbacksClient, depth: i32) -> Result<i32, String> {
        let mut inner = Ok(0);
        let result = client.apply(0, |_| {
            inner = level(client, depth + 1);
            0
        });
        result.map_err(|error| format!("{depth}: {error}")).and(inner)
    }
    let (_watchdog, client) = launch("callbacks nested too deep");
    let error = on_deep_stack(|| level(&client, 0)).unwrap_err();
    assert_eq!(
        error,
        "128: `apply`: the argument `f` is one closure too many: 128 at a time can be called without a context"
    );
    assert_eq!(client.apply(1, |x| x).unwrap(), 1);
}

#[test]
fn other_threads_wait_while_a_closure_runs() {
    let (_watchdog, client) = launch("other threads during callbacks");
    let other = client.clone();
    let result = client.apply(1, |x| {
        let other = other.clone();
        let waiting = std::thread::spawn(move || other.fire(5));
        std::thread::sleep(Duration::from_millis(50));
        assert!(!waiting.is_finished(), "the library gets one call at a time");
        client.fire(x).unwrap()
    });
    assert_eq!(result.unwrap(), 1);
}

#[test]
fn a_panic_in_a_closure_is_an_error_of_the_call() {
    let (_watchdog, client) = launch("panics in callbacks");
    let mut runs = 0;
    let result = client.apply_times(10, |x| {
        runs += 1;
        assert!(x < 3, "three is too much");
        x
    });
    let (callback, reason) = failure(result);
    assert_eq!((callback.as_str(), reason.as_str()), ("f", "panicked: three is too much"));
    assert_eq!(runs, 4, "it is not called again after that");
    assert_eq!(client.apply(1, |x| x).unwrap(), 1);

    // A panic below two native calls fails only the inner one.
    let result = client.apply(1, |_| {
        let inner = client.apply(2, |_| panic!("deep inside"));
        assert_eq!(failure(inner).1, "panicked: deep inside");
        5
    });
    assert_eq!(result.unwrap(), 5);
}

#[test]
fn a_running_closure_is_not_called_again() {
    let (_watchdog, client) = launch("a callback that calls itself");
    let other = client.clone();
    let registration = client.keep(move |x| match x {
        0 => 100,
        // The library runs this closure again for the nested call.
        x => match other.call_kept(x - 1) {
            Err(Error::Callback { reason, .. }) => {
                assert_eq!(reason, "was called while it was running already");
                -5
            }
            other => panic!("{other:?}"),
        },
    });
    let registration = registration.unwrap();
    assert_eq!(client.call_kept(0).unwrap(), 100);
    assert_eq!(client.call_kept(1).unwrap(), -5);
    drop(registration);
}

#[test]
fn an_unregistered_closure_ends_with_its_call() {
    let (_watchdog, client) = launch("a callback that the library keeps without a registration");
    client.keep_for_the_call(|_| 7).unwrap();
    assert_eq!(client.call_kept(1).unwrap(), 0);
    let exit = client.shutdown().unwrap();
    assert!(exit.stderr.contains("the callback `f` was called after its closure was removed"), "{}", exit.stderr);
}

#[test]
fn a_registered_closure_lasts_until_it_is_dropped() {
    let (_watchdog, client) = launch("registered callbacks");
    let (sender, events) = channel();
    let first: Registration = client.on_event(move |n| sender.send(n).unwrap()).unwrap();
    assert!(first.is_active());
    assert_eq!(client.fire(1).unwrap(), 1);
    assert_eq!(events.recv().unwrap(), 1, "the closure ran during the call");
    drop(first);
    assert!(events.recv().is_err(), "the closure is dropped with its registration");
    assert_eq!(client.fire(2).unwrap(), 2, "the library gets zero, and continues");

    let mut total = 0;
    let registration = client.keep(move |x| {
        total += x;
        total
    });
    let registration = registration.unwrap();
    assert_eq!((client.call_kept(5).unwrap(), client.call_kept(6).unwrap()), (5, 11));
    let none = client.keep_or_drop(None::<fn(i32) -> i32>).unwrap();
    assert!(!none.is_active());
    assert_eq!(client.call_kept(5).unwrap(), -1);
    drop(registration);
    let again = client.keep_or_drop(Some(|x| x * 2)).unwrap();
    assert_eq!(client.call_kept(5).unwrap(), 10);
    drop(again);
    assert_eq!(client.call_kept(5).unwrap(), 0);
}

#[test]
fn many_closures_can_be_registered_and_dropped() {
    let (_watchdog, client) = launch("many registrations");
    for round in 0..500 {
        let registration = client.keep(move |x| x + round).unwrap();
        assert_eq!(client.call_kept(1).unwrap(), round + 1);
        drop(registration);
    }
    let mut all = Vec::new();
    let error = loop {
        match client.keep(|x| x) {
            Ok(registration) => all.push(registration),
            Err(error) => break error,
        }
    };
    assert_eq!(all.len(), 128);
    assert!(matches!(&error, Error::Argument { parameter, .. } if parameter == "f"), "{error}");
    all.clear();
    let registration = client.keep(|x| x + 1).unwrap();
    assert_eq!(client.call_kept(1).unwrap(), 2);
    drop(registration);
}

#[test]
fn a_panic_in_a_registered_closure_is_an_error_of_the_call_that_ran_it() {
    let (_watchdog, client) = launch("panics in registered callbacks");
    let registration = client.on_event(|n| assert!(n < 5, "five is too much")).unwrap();
    client.fire(4).unwrap();
    let (callback, reason) = failure(client.fire(5));
    assert_eq!((callback.as_str(), reason.as_str()), ("f", "panicked: five is too much"));
    client.fire(4).unwrap();
    drop(registration);
}

#[test]
fn library_threads_may_call_closures_during_a_call() {
    let (_watchdog, client) = launch("callbacks from threads during a call");
    let mut count = 0;
    let threads = Mutex::new(std::collections::HashSet::<ThreadId>::new());
    let sum = client.apply_in_threads(50, |x| {
        count += 1;
        threads.lock().unwrap().insert(std::thread::current().id());
        x
    });
    assert_eq!(sum.unwrap(), 4 * (0..50).sum::<i32>());
    assert_eq!(count, 200);
    assert_eq!(threads.into_inner().unwrap().len(), 1, "the closure runs on the thread of the call");

    // The interface allows one thread only, so calls from another one fail.
    let sum = client.apply_in_threads(1, |_| match client.fire(1) {
        Err(Error::Fault { reason, .. }) if reason.contains("a thread of the library's own") => 1,
        other => panic!("{other:?}"),
    });
    assert_eq!(sum.unwrap(), 4);
    let (_, reason) = failure(client.apply_in_threads(3, |x| if x == 2 { panic!("from a thread") } else { x }));
    assert_eq!(reason, "panicked: from a thread");
}

#[test]
fn library_threads_may_call_registered_closures_at_any_time() {
    let (_watchdog, client) = launch("callbacks from threads at any time");
    let (sender, events) = channel();
    let other = client.clone();
    let registration = client.on_event(move |n| {
        // The closure runs at the same time as the program's calls, and makes calls itself.
        let sum = other.apply(n, |n| n * 2).unwrap();
        sender.send((std::thread::current().id(), n, sum)).unwrap();
    });
    let registration = registration.unwrap();
    client.fire_in_background(100).unwrap();
    for n in 0..100 {
        assert_eq!(client.apply(n, |n| n + 1).unwrap(), n + 1);
        let (thread, event, sum) = events.recv().unwrap();
        assert_ne!(thread, std::thread::current().id());
        assert_eq!((event, sum), (n, 2 * n));
    }
    drop(registration);
    client.fire_in_background(3).unwrap();
    assert!(events.recv().is_err());
}

#[test]
fn library_threads_may_call_closures_while_the_main_thread_waits() {
    let (_watchdog, client) = launch("callbacks from threads that the library waits for");
    let (sender, events) = channel();
    let registration = client.on_event(move |n| sender.send(n).unwrap()).unwrap();
    client.fire_and_wait(100).unwrap();
    assert_eq!(events.try_iter().collect::<Vec<_>>(), (0..100).collect::<Vec<_>>());
    drop(registration);
}

#[test]
fn dropping_a_registration_while_its_closure_runs_is_safe() {
    let (_watchdog, client) = launch("a registration dropped while it runs");
    let count = Arc::new(AtomicI32::new(0));
    for _ in 0..20 {
        let counted = Arc::clone(&count);
        let registration = client.on_event(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(1));
        });
        let registration = registration.unwrap();
        let before = count.load(Ordering::SeqCst);
        client.fire_in_background(50).unwrap();
        while count.load(Ordering::SeqCst) == before {
            std::thread::yield_now();
        }
        drop(registration);
    }
    // The closure drops its own registration.
    let slot = Arc::new(Mutex::new(None::<Registration>));
    let own = Arc::clone(&slot);
    let registration = client.on_event(move |_| drop(own.lock().unwrap().take())).unwrap();
    *slot.lock().unwrap() = Some(registration);
    client.fire(1).unwrap();
    assert!(slot.lock().unwrap().is_none());
    client.fire(1).unwrap();
}

#[test]
fn a_method_with_a_body_may_pass_a_closure_on() {
    let (_watchdog, client) = launch("callbacks through a body");
    let mut done = 0;
    let sum = client.sum_of_squares(5, |_| {
        done += 1;
        true
    });
    assert_eq!(sum.unwrap(), 30);
    assert_eq!(done, 5);
    let stopped = client.sum_of_squares(5, |i| i < 3);
    assert!(matches!(&stopped, Err(CallError::Method(reason)) if reason == "stopped"), "{stopped:?}");
    let panicked = client.sum_of_squares(5, |_| panic!("no"));
    assert!(matches!(&panicked, Err(CallError::Bridge(Error::Callback { .. }))), "{panicked:?}");
}

#[test]
fn a_deadline_excludes_the_time_of_closures() {
    let _watchdog = Watchdog::new("deadlines and callbacks");
    let client = CallbacksClient::builder().call_timeout(Duration::from_millis(500)).launch().unwrap();
    let slow = client.apply(1, |x| {
        std::thread::sleep(Duration::from_millis(700));
        client.fire(x).unwrap()
    });
    assert_eq!(slow.unwrap(), 1);
}

#[test]
fn an_old_server_s_registration_does_not_affect_the_new_server() {
    let _watchdog = Watchdog::new("registrations and restarts");
    let restart = Restart::OnFailure { max: 3, within: Duration::from_secs(60), backoff: Duration::ZERO };
    let client = CallbacksClient::builder().restart(restart).launch().unwrap();
    let old = client.keep(|x| x + 1).unwrap();
    assert_eq!(client.call_kept(1).unwrap(), 2);
    bridge32_tests::processes::kill(client.server_info().pid);
    while old.is_active() {
        std::thread::sleep(Duration::from_millis(10));
    }
    // If the client has not noticed the death yet, the first call fails.
    let fresh = client.call_kept(1).or_else(|_| client.call_kept(1)).unwrap();
    assert_eq!(fresh, -1, "the new server has no closure");
    let new = client.keep(|x| x + 2).unwrap();
    drop(old);
    assert_eq!(client.call_kept(1).unwrap(), 3);
    assert!(new.is_active());
}

#[test]
fn a_closure_may_shut_its_client_down() {
    let (_watchdog, client) = launch("shutdown in a callback");
    let result = client.apply(1, |_| {
        client.shutdown().unwrap();
        1
    });
    assert!(matches!(result, Err(Error::Shutdown)), "{result:?}");
    assert!(matches!(client.fire(1), Err(Error::Shutdown)));
}

/// An implementation in Rust, for a client in process.
struct Mock;

impl Callbacks for Mock {
    fn apply(&self, x: i32, f: &mut (dyn FnMut(i32) -> i32 + Send)) -> i32 {
        f(x)
    }
    fn keep(&self, mut f: Box<dyn FnMut(i32) -> i32 + Send>) -> Registration {
        let thread = std::thread::spawn(move || f(1));
        Registration::new(move || drop(thread.join()))
    }
    fn apply_times(&self, n: i32, f: &mut (dyn FnMut(i32) -> i32 + Send)) -> i32 {
        (0..n).map(f).sum()
    }
    fn apply_stdcall(&self, _: i32, _: i64, _: &mut (dyn FnMut(i32, i64) -> i32 + Send)) -> i32 {
        0
    }
    fn apply_fastcall(&self, _: i32, _: i32, _: &mut (dyn FnMut(i32, i32) -> i32 + Send)) -> i32 {
        0
    }
    fn maybe(&self, f: Option<&mut (dyn FnMut(i32) -> i32 + Send)>) -> i32 {
        f.map_or(-1, |f| f(1))
    }
    fn extremes(&self, _: &mut (dyn FnMut(i8, u8, i16, u16, i32, u32, i64, u64, f32, f64, bool) -> f64 + Send)) -> f64 {
        0.0
    }
    fn large(&self, f: &mut (dyn FnMut() -> i64 + Send)) -> i64 {
        f()
    }
    fn nothing(&self, f: &mut (dyn FnMut() + Send)) {
        f();
    }
    fn pick(&self, level: i32, f: &mut (dyn FnMut(Level) -> Level + Send)) -> i32 {
        f(Level::Low) as i32 + level
    }
    fn rows(&self, visit: &mut (dyn FnMut(&[Option<String>], &[&str]) -> i32 + Send), _: i32) -> i32 {
        visit(&[None], &["mock"])
    }
    fn lists(
        &self,
        visit: &mut (dyn FnMut(&[&str], &[&str], Option<&[u16]>, &[&str]) -> i32 + Send),
        with: bool,
    ) -> i32 {
        visit(&["a", "b"], &[], with.then_some(&[1, 2][..]), &["ü"])
    }
    fn words(&self, visit: &mut (dyn FnMut(&str, &str, Option<&str>) + Send)) {
        visit("a", "b", None);
    }
    fn not_text(&self, _: &mut (dyn FnMut(&str) + Send)) {}
    fn null_text(&self, _: &mut (dyn FnMut(&str) + Send)) {}
    fn length_of_answer(&self, ask: &mut (dyn FnMut(i32) -> String + Send)) -> i32 {
        ask(1).len() as i32
    }
    fn chunks(&self, _: u32, take: &mut (dyn FnMut(&[f64]) + Send)) {
        take(&[1.0, 2.0]);
    }
    fn misaligned(&self, _: &mut (dyn FnMut(&[i32]) + Send)) {}
    fn negative_length(&self, _: &mut (dyn FnMut(&[i32]) + Send)) {}
    fn null_array(&self, _: &mut (dyn FnMut(&[i32]) + Send)) {}
    fn reverse_in_place(&self, change: &mut (dyn FnMut(&mut [i16]) + Send)) -> i32 {
        let mut values = [1, 2];
        change(&mut values);
        i32::from(values[0])
    }
    fn move_point(&self, by: Spot, f: &mut (dyn FnMut(Spot, &Spot, &mut Spot) -> Spot + Send)) -> Spot {
        let mut last = by;
        f(by, &by, &mut last);
        last
    }
    fn ask(&self, f: &mut (dyn FnMut() -> (bool, i32, f64) + Send)) -> i32 {
        f().1
    }
    fn adjust(&self, value: &mut i32, f: &mut (dyn FnMut(&mut i32) + Send)) {
        f(value);
    }
    fn read_all(&self, read: &mut (dyn FnMut() -> (i32, Vec<u8>) + Send)) -> i32 {
        read().1.len() as i32
    }
    fn read_name(&self, name: &mut (dyn FnMut() -> String + Send)) -> i32 {
        name().len() as i32
    }
    fn fold(&self, values: &[i32], f: &mut (dyn FnMut(i32, i32) -> i32 + Send)) -> i32 {
        values.iter().fold(0, |sum, value| f(sum, *value))
    }
    fn parse(&self, _: &str, _: &mut (dyn FnMut() + Send), _: &mut (dyn FnMut() + Send)) {}
    fn wrong_context(&self, _: &mut (dyn FnMut(i32) -> i32 + Send)) -> i32 {
        0
    }
    fn keep_for_the_call(&self, _: &mut (dyn FnMut(i32) -> i32 + Send)) {}
    fn keep_or_drop(&self, _: Option<Box<dyn FnMut(i32) -> i32 + Send>>) -> Registration {
        Registration::none()
    }
    fn call_kept(&self, _: i32) -> i32 {
        0
    }
    fn on_event(&self, _: Box<dyn FnMut(i32) + Send>) -> Registration {
        Registration::none()
    }
    fn fire(&self, n: i32) -> i32 {
        n
    }
    fn apply_in_threads(&self, _: i32, _: &mut (dyn FnMut(i32) -> i32 + Send)) -> i32 {
        0
    }
    fn fire_in_background(&self, _: i32) {}
    fn fire_and_wait(&self, _: i32) {}
    fn start_acquisition(&self) {}
    fn stop_acquisition(&self) {}
    fn acquisitions(&self) -> i32 {
        0
    }
    fn fire_by_timer(&self, _: i32) -> bool {
        false
    }
    fn wait_for_timer(&self, _: i32) -> bool {
        false
    }
}

#[test]
fn closures_are_called_in_process() {
    let _watchdog = Watchdog::new("callbacks in this process");
    let client = CallbacksClient::in_process(Mock);
    assert_eq!(client.apply(1, |x| client.fire(x).unwrap() + 1).unwrap(), 2);
    assert_eq!(client.maybe(None::<fn(i32) -> i32>).unwrap(), -1);
    let lists = client.lists(
        |words, drives, codes, wide| {
            assert_eq!((words, drives, codes, wide), (&["a", "b"][..], &[][..], Some(&[1, 2][..]), &["ü"][..]));
            4
        },
        true,
    );
    assert_eq!(lists.unwrap(), 4);
    let mut point = Spot { x: 1, y: 1.0 };
    let moved = client.move_point(point, |_, _, last| {
        last.x = 9;
        point.x = 5;
        *last
    });
    assert_eq!(moved.unwrap().x, 9);
    assert_eq!(point.x, 5);
    assert_eq!(client.reverse_in_place(|values| values.reverse()).unwrap(), 2);
    let (_, reason) = failure(client.apply(1, |_| panic!("here, too")));
    assert_eq!(reason, "panicked: here, too");
    let (sender, events) = channel();
    let registration = client.keep(move |x| {
        sender.send(x).unwrap();
        x
    });
    assert_eq!(events.recv().unwrap(), 1, "the closure runs on a thread of the server");
    drop(registration.unwrap());
}
