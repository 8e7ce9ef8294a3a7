//! The events about servers that a subscriber of `tracing` receives.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use bridge32::{Error, Restart};
use bridge32_tests::faults::FaultsClient;
use bridge32_tests::interfaces::FixtureClient;
use bridge32_tests::watchdog::Watchdog;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};

/// A recorded event.
#[derive(Debug, Clone)]
struct Recorded {
    target: &'static str,
    level: Level,
    fields: BTreeMap<&'static str, String>,
}

impl Recorded {
    fn message(&self) -> &str {
        &self.fields["message"]
    }

    fn field(&self, name: &str) -> &str {
        &self.fields[name]
    }
}

/// A subscriber that records all events. While it is held up, it blocks on output lines.
#[derive(Debug, Clone, Default)]
struct Recorder(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    events: Mutex<Vec<Recorded>>,
    held_up: Mutex<bool>,
    released: Condvar,
}

impl Recorder {
    /// Waits until `last` matches an event of a target, and returns all events of the target so far.
    fn wait_for(&self, target: &str, last: impl Fn(&Recorded) -> bool) -> Vec<Recorded> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let events = self.0.events.lock().unwrap().clone();
            let events: Vec<_> = events.into_iter().filter(|event| event.target == target).collect();
            if events.iter().any(&last) {
                return events;
            }
            assert!(Instant::now() < deadline, "the event did not arrive: {events:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn hold_up(&self, hold: bool) {
        *self.0.held_up.lock().unwrap() = hold;
        self.0.released.notify_all();
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let (target, level) = (event.metadata().target(), *event.metadata().level());
        if target == SERVER {
            let held_up = self.0.held_up.lock().unwrap();
            drop(self.0.released.wait_while(held_up, |held_up| *held_up).unwrap());
        }
        self.0.events.lock().unwrap().push(Recorded { target, level, fields: fields.0 });
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

const CLIENT: &str = "bridge32::client";
const SERVER: &str = "bridge32::server";

fn is_exit(event: &Recorded) -> bool {
    event.message() == "the server has ended"
}

#[test]
fn output_lines_are_events_with_the_server_s_pid() {
    let _watchdog = Watchdog::new("lines");
    let recorder = Recorder::default();
    let client = tracing::subscriber::with_default(recorder.clone(), FixtureClient::launch).unwrap();
    let pid = client.server_info().pid.to_string();
    client.print_lines(3).unwrap();
    let exit = client.shutdown().unwrap();

    let life = recorder.wait_for(CLIENT, is_exit);
    assert_eq!(
        life.iter().map(Recorded::message).collect::<Vec<_>>(),
        ["the server has started", "the server has ended"]
    );
    assert!(life.iter().all(|event| event.field("pid") == pid && event.level == Level::INFO), "{life:?}");
    assert_eq!(life[0].field("generation"), "1");
    assert!(life[0].field("server").contains("fixture-server32"), "{life:?}");
    assert_eq!(life[1].field("status"), "it ended with code 0");

    let lines = recorder.wait_for(SERVER, |_| true);
    assert!(lines.iter().all(|event| event.field("pid") == pid && event.level == Level::INFO), "{lines:?}");
    let of = |stream| -> Vec<_> {
        lines.iter().filter(|event| event.field("stream") == stream).map(Recorded::message).collect()
    };
    assert_eq!(of("stdout"), ["done"]);
    assert_eq!(of("stderr"), ["line 0 of the library", "line 1 of the library", "line 2 of the library"]);
    assert_eq!(
        exit.stderr.lines().collect::<Vec<_>>(),
        of("stderr"),
        "the output is also returned, as without a subscriber"
    );
}

#[test]
fn timeouts_exits_and_restarts_are_events() {
    let _watchdog = Watchdog::new("life");
    let recorder = Recorder::default();
    let restart = Restart::OnFailure { max: 9, within: Duration::from_secs(600), backoff: Duration::ZERO };
    tracing::subscriber::with_default(recorder.clone(), || {
        let client = FaultsClient::builder().restart(restart).launch().unwrap();
        let first = client.server_info().pid;
        assert!(matches!(client.short_nap(600_000), Err(Error::Timeout { .. })));
        assert_eq!(client.get_mode().unwrap(), 0);
        let second = client.server_info().pid;
        client.shutdown().unwrap();

        let of = |pid: u32| -> Vec<_> {
            let pid = pid.to_string();
            let life = recorder.wait_for(CLIENT, |event| is_exit(event) && event.field("pid") == pid);
            life.into_iter().filter(|event| event.field("pid") == pid).collect()
        };
        let mut first = of(first);
        // The thread that reports the exit is not the one that reports the deadline, so their order may differ.
        first.sort_by_key(is_exit);
        let reported: Vec<_> = first.iter().map(|event| (event.message(), event.level)).collect();
        let passed = "a call took too long, and the server was given up";
        assert_eq!(
            reported,
            [("the server has started", Level::INFO), (passed, Level::WARN), ("the server has ended", Level::WARN)]
        );
        assert_eq!((first[1].field("method"), first[1].field("after")), ("short_nap", "400ms"));
        let second = of(second);
        let reported: Vec<_> = second.iter().map(|event| (event.message(), event.level)).collect();
        assert_eq!(
            reported,
            [("the server has been started again", Level::INFO), ("the server has ended", Level::INFO)]
        );
        assert_eq!(second[0].field("generation"), "2");
    });
}

#[test]
fn a_slow_subscriber_blocks_nothing_and_gets_a_count_of_lost_lines() {
    /// More lines than any pipe or queue holds.
    const LINES: i32 = 30_000;

    let _watchdog = Watchdog::new("slow subscriber");
    let recorder = Recorder::default();
    let client = tracing::subscriber::with_default(recorder.clone(), FixtureClient::launch).unwrap();
    recorder.hold_up(true);
    client.print_lines(LINES).unwrap();
    assert_eq!(client.echo_i32(7).unwrap(), 7);
    let exit = client.shutdown().unwrap();
    assert_eq!(exit.stderr.lines().last(), Some(format!("line {} of the library", LINES - 1).as_str()));
    recorder.hold_up(false);

    recorder.wait_for(CLIENT, is_exit);
    let lines = recorder.wait_for(SERVER, |event| event.fields.contains_key("lost"));
    let (lost, received): (Vec<_>, Vec<_>) = lines.iter().partition(|event| event.fields.contains_key("lost"));
    let lost: i32 = lost.iter().map(|event| event.field("lost").parse::<i32>().unwrap()).sum();
    assert!(received.len() < 1000, "{} lines were queued", received.len());
    assert_eq!(lost + i32::try_from(received.len()).unwrap(), LINES + 1, "each line was received or counted as lost");
}
