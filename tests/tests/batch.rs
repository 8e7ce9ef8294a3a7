//! Many calls in one round trip.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::time::{Duration, Instant};

use bridge32::{BatchMode, Bool32, CallError, Error, RemoteBuffer, Restart, Transport, bridge32};
use bridge32_tests::callbacks::CallbacksClient;
use bridge32_tests::devices::DevicesClient;
use bridge32_tests::faults::FaultsClient;
use bridge32_tests::interfaces::{FixtureClient, OddNumber, StoreArgs, StoreClient};
use bridge32_tests::listening::Listening;
use bridge32_tests::pair::Pair;
use bridge32_tests::skip::NO_LISTENING;
use bridge32_tests::skip_on;
use bridge32_tests::threads::MultiClient;
use bridge32_tests::vocabulary::{Color, Flags, Packed, Point, Polygon, Rectangle, Thing, VocabularyClient};
use bridge32_tests::watchdog::Watchdog;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[test]
fn results_have_the_shape_that_the_closure_returned() {
    let _watchdog = Watchdog::new("shapes");
    let client = FixtureClient::launch().unwrap();
    let (sum, texts) = client
        .batch(|b| {
            let lengths = ["a", "", "naïve"].map(|text| b.text_length(text));
            ((b.sum_f64(&[1.5, 2.5]), Some(b.greeting())), (lengths, None::<[bridge32::Pending<'_, i32>; 0]>))
        })
        .unwrap();
    assert_eq!(sum.0.unwrap(), 4.0);
    assert_eq!(sum.1.unwrap().unwrap(), "grüß dich");
    assert_eq!(texts.0.map(Result::unwrap), [1, 0, 6]);
    assert!(texts.1.is_none());

    let echoes = client.batch(|b| (0..1000).map(|i| b.echo_i32(i)).collect::<Vec<_>>()).unwrap();
    assert!(echoes.into_iter().map(Result::unwrap).eq(0..1000));

    client.batch(|_| ()).unwrap();
}

#[test]
fn a_batch_makes_its_calls_in_order() {
    let _watchdog = Watchdog::new("order");
    let client = FixtureClient::launch().unwrap();
    let (texts, counted) = client
        .batch(|b| {
            let mut texts = Vec::new();
            for text in ["first", "second"] {
                drop(b.keep_text(text));
                texts.push(b.kept_text());
            }
            drop(b.count());
            drop(b.count());
            (texts, b.counted())
        })
        .unwrap();
    assert_eq!(texts.into_iter().map(Result::unwrap).collect::<Vec<_>>(), ["first", "second"]);
    assert_eq!(counted.unwrap(), 2, "calls whose results are dropped are made");
}

#[test]
fn results_may_be_returned_in_any_order() {
    let _watchdog = Watchdog::new("any order");
    let client = FixtureClient::launch().unwrap();
    let (last, first) = client
        .batch(|b| {
            let (first, _, last) = (b.echo_i64(1), b.greeting(), b.echo_u8(3));
            (last, first)
        })
        .unwrap();
    assert_eq!((first.unwrap(), last.unwrap()), (1, 3));
}

#[test]
fn a_batch_passes_every_type_that_a_plain_call_passes() {
    let _watchdog = Watchdog::new("vocabulary");
    let client = VocabularyClient::launch().unwrap();
    let (mut number, mut small, mut flags, mut counter) = (5, [1, -2, 300], [true, false, true], 1);
    let mut words = ["b".to_owned(), "a".to_owned()];
    let point = Point { x: 1.5, y: -2.0 };
    let mut rectangle = Rectangle { corners: [point; 2], layer: 7 };
    let mut points = [point; 3];
    let mut size = 64;
    let thing = Thing { id: 3, name: Some("name".to_owned()), place: Some(Box::new(point)), weight: 0.5 };
    let (scalars, changed, texts, structs) = client
        .batch(|b| {
            (
                (
                    b.negate(Bool32(true)),
                    b.divide(17, 5),
                    b.scalar_multiply(2.0, &[1.0, 2.0]),
                    b.table(),
                    b.divisors(12),
                ),
                (
                    b.advance(&mut number, &7),
                    b.double_all(&mut small),
                    b.invert_all(&mut flags),
                    b.sort(&mut words, &mut counter),
                    b.grow(&mut rectangle, 1.0),
                    b.flip_all(&mut points),
                    b.wide_reverse_into("wörter", &mut size),
                ),
                (b.upper("grüß"), b.wide_length(None), b.latin_name(), b.make_text(3), b.make_ramp(3)),
                (
                    b.midpoint(point, point),
                    b.polygon_sum(Polygon { n: 0, points: vec![point; 3] }),
                    b.thing_sum(&thing),
                    b.repack(&Packed { kind: 1, size: 2, flags: 3 }),
                    b.next_color(Color::Red),
                    b.toggle(Flags(12), Flags(10)),
                    b.center(vec![Some(point), None]),
                ),
            )
        })
        .unwrap();
    assert_eq!(scalars.0.unwrap(), false);
    assert_eq!(scalars.1.unwrap(), (0, 3, 2));
    assert_eq!(scalars.2.unwrap(), [2.0, 4.0]);
    let (plain, divisors) = (client.table().unwrap(), client.divisors(12).unwrap());
    assert_eq!((scalars.3.unwrap(), scalars.4.unwrap()), (plain, divisors));

    changed.0.unwrap();
    changed.1.unwrap();
    changed.2.unwrap();
    changed.3.unwrap();
    changed.4.unwrap();
    changed.5.unwrap();
    assert_eq!(changed.6.unwrap(), "retröw");
    assert_eq!((number, small, flags), (12, [2, -4, 600], [false, true, false]));
    assert_eq!((words, counter, size), (["a".to_owned(), "b".to_owned()], 2, 6));
    let mut expected = (Rectangle { corners: [point; 2], layer: 7 }, [point; 3]);
    client.grow(&mut expected.0, 1.0).unwrap();
    client.flip_all(&mut expected.1).unwrap();
    assert_eq!((rectangle, points), expected);

    assert_eq!(texts.0.unwrap(), client.upper("grüß").unwrap());
    assert_eq!(texts.1.unwrap(), client.wide_length(None).unwrap());
    assert_eq!(texts.2.unwrap(), client.latin_name().unwrap());
    assert_eq!(texts.3.unwrap(), client.make_text(3).unwrap());
    assert_eq!(texts.4.unwrap(), client.make_ramp(3).unwrap());
    assert_eq!(client.still_held().unwrap(), 0, "the returned memory was freed");

    assert_eq!(structs.0.unwrap(), point);
    assert_eq!(structs.1.unwrap(), client.polygon_sum(Polygon { n: 0, points: vec![point; 3] }).unwrap());
    assert_eq!(structs.2.unwrap(), client.thing_sum(&thing).unwrap());
    assert_eq!(structs.3.unwrap(), client.repack(&Packed { kind: 1, size: 2, flags: 3 }).unwrap());
    assert_eq!((structs.4.unwrap(), structs.5.unwrap()), (Color::Green, client.toggle(Flags(12), Flags(10)).unwrap()));
    assert_eq!(structs.6.unwrap(), Some(point));
}

#[test]
fn a_batch_passes_handles_and_remote_memory() {
    let _watchdog = Watchdog::new("handles");
    let client = DevicesClient::launch().unwrap();
    let memory = RemoteBuffer::<f64>::allocate(&client, 3).unwrap();
    memory.write(0, &[1.0, 2.0, 3.0]).unwrap();
    let (opened, sum) =
        client.batch(|b| (["one", "two"].map(|name| b.open_device(name)), b.sum_at(memory.address(), 3))).unwrap();
    assert_eq!(sum.unwrap(), 6.0);
    let [one, two] = opened.map(Result::unwrap);
    let (name, closed, again, other) =
        client.batch(|b| (b.device_name(one), b.close_device(one), b.device_name(one), b.device_name(two))).unwrap();
    assert_eq!((name.unwrap(), closed.unwrap(), other.unwrap()), ("one".to_owned(), 0, "two".to_owned()));
    assert!(matches!(again, Err(Error::Argument { method, .. }) if method == "device_name"), "it was closed");
}

#[test]
fn a_failed_call_does_not_affect_the_others() {
    let _watchdog = Watchdog::new("failures of single calls");
    let client = FixtureClient::launch().unwrap();
    let (before, panic, own, absent, nul, no_text, after) = client
        .batch(|b| {
            (
                b.echo_i32(1),
                b.panic("on purpose"),
                b.halve(7),
                b.absent(1),
                b.text_length("a\0b"),
                b.no_text(),
                b.halve(8),
            )
        })
        .unwrap();
    assert_eq!((before.unwrap(), after.unwrap()), (1, 4));
    assert!(
        matches!(panic, Err(Error::Panic { method, message, .. }) if (&*method, &*message) == ("panic", "on purpose"))
    );
    assert!(matches!(own, Err(CallError::Method(OddNumber { value: 7 }))));
    assert!(matches!(absent, Err(Error::SymbolMissing { .. })));
    assert!(
        matches!(nul, Err(Error::Argument { method, parameter, .. }) if (&*method, &*parameter) == ("text_length", "text"))
    );
    assert_eq!(no_text.unwrap_err().to_string(), client.no_text().unwrap_err().to_string());
}

#[track_caller]
fn assert_not_called<T: std::fmt::Debug>(result: Result<T, Error>, expected: (&str, &str, usize)) {
    let Err(error @ Error::NotCalled { .. }) = result else { panic!("{result:?}") };
    let text = error.to_string();
    let Error::NotCalled { method, failed, index, .. } = error else { return };
    assert_eq!((&*method, &*failed, index), expected);
    assert_eq!(
        text,
        format!("`{method}` was not called, because call {index} of the batch, of `{failed}`, had failed")
    );
}

#[test]
fn a_batch_can_stop_at_the_first_failure() {
    let _watchdog = Watchdog::new("stop");
    let client = FixtureClient::launch().unwrap();
    // A panic in the server.
    let (before, failed, after) = client
        .batch_with(BatchMode::StopOnError, |b| (b.count(), b.panic("no"), [b.counted(), b.echo_i32(1)]))
        .unwrap();
    before.unwrap();
    assert!(matches!(failed, Err(Error::Panic { .. })));
    let [counted, echo] = after;
    assert_not_called(counted, ("counted", "panic", 1));
    assert_not_called(echo, ("echo_i32", "panic", 1));

    // An error that the method returns.
    let (failed, after, own) =
        client.batch_with(BatchMode::StopOnError, |b| (b.halve(7), b.count(), b.halve(8))).unwrap();
    assert!(matches!(failed, Err(CallError::Method(OddNumber { value: 7 }))));
    assert_not_called(after, ("count", "halve", 0));
    assert!(matches!(own, Err(CallError::Bridge(Error::NotCalled { .. }))));

    // An argument that the client refuses before anything is sent.
    let refused = |value| {
        client
            .batch_with(BatchMode::StopOnError, |b| {
                (b.halve(value), b.text_length("\0"), b.count(), b.text_length("\0"))
            })
            .unwrap()
    };
    let (before, failed, after, last) = refused(8);
    assert_eq!(before.unwrap(), 4);
    assert!(matches!(failed, Err(Error::Argument { .. })));
    assert_not_called(after, ("count", "text_length", 1));
    assert_not_called(last, ("text_length", "text_length", 1));
    let (before, failed, after, _) = refused(7);
    assert!(before.is_err() && matches!(failed, Err(Error::Argument { .. })));
    assert_not_called(after, ("count", "text_length", 1));

    assert_eq!(client.counted().unwrap(), 1, "nothing was called after a failure");
    // The last call fails, so none follows it.
    let (before, failed) = client.batch_with(BatchMode::StopOnError, |b| (b.count(), b.halve(1))).unwrap();
    assert!(before.is_ok() && failed.is_err());
}

#[test]
fn a_pending_result_of_another_batch_is_refused() {
    let _watchdog = Watchdog::new("other batch");
    let client = FixtureClient::launch().unwrap();
    let mut pending = None;
    client.batch(|b| pending = Some(b.echo_i32(1))).unwrap();
    let (result, other) = client.batch(|b| (b.echo_i32(2), pending)).unwrap();
    assert_eq!(result.unwrap(), 2);
    let error = other.unwrap().unwrap_err();
    assert!(matches!(&error, Error::OtherBatch { method, .. } if method == "echo_i32"), "{error:?}");
}

#[test]
fn calls_and_batches_may_be_made_while_a_batch_is_filled() {
    let _watchdog = Watchdog::new("while filling");
    let client = FixtureClient::launch().unwrap();
    let sum = client.batch(|b| {
        let one = client.echo_i32(1).unwrap();
        let two = client.batch(|b| b.echo_i32(2)).unwrap().unwrap();
        b.echo_i32(one + two)
    });
    assert_eq!(sum.unwrap().unwrap(), 3);
}

#[test]
fn closures_may_make_batches_and_batches_may_run_closures() {
    let _watchdog = Watchdog::new("closures");
    let client = CallbacksClient::launch().unwrap();
    let inside = |i| {
        let (result, fired) = client.batch(|b| (b.call_kept(i), b.fire(0))).unwrap();
        fired.unwrap();
        result.unwrap()
    };
    let registration = client.keep(|x| x * 10).unwrap();
    assert_eq!(client.apply(4, inside).unwrap(), client.apply(4, |i| i * 10).unwrap());

    // The library runs the closure in each call of the batch, and the closure makes a batch itself.
    let nested = client.clone();
    drop(registration);
    let registration = client
        .keep(move |x| match x {
            0 => 7,
            x => nested.batch(|b| [b.fire(0), b.fire(0)]).unwrap().map(Result::unwrap).iter().sum::<i32>() + x,
        })
        .unwrap();
    let fire = client.fire(0).unwrap();
    let results = client.batch(|b| [0, 1, 2].map(|x| b.call_kept(x))).unwrap();
    assert_eq!(results.map(Result::unwrap), [7, 1 + 2 * fire, 2 + 2 * fire]);
    drop(registration);
}

#[test]
fn a_failed_closure_fails_only_its_call() {
    let _watchdog = Watchdog::new("failed closure");
    let client = CallbacksClient::launch().unwrap();
    let _registration = client
        .keep(|x| {
            assert!(x != 1, "not this one");
            x
        })
        .unwrap();
    let [zero, one, two] = client.batch(|b| [0, 1, 2].map(|x| b.call_kept(x))).unwrap();
    assert_eq!((zero.unwrap(), two.unwrap()), (0, 2));
    assert!(matches!(one, Err(Error::Callback { .. })), "{one:?}");
}

#[test]
fn the_deadline_of_a_batch_is_the_sum_of_its_calls_deadlines() {
    let _watchdog = Watchdog::new("deadline");
    let client = FaultsClient::launch().unwrap();
    // Each call has 400 ms, so together they may take longer than one deadline.
    let napped = client.batch(|b| [200; 4].map(|time| b.short_nap(time))).unwrap();
    assert!(napped.iter().all(Result::is_ok), "{napped:?}");
    let begin = Instant::now();
    let error = client.batch(|b| [b.short_nap(1), b.short_nap(600_000)]).unwrap_err();
    let limit = Duration::from_millis(800);
    assert!(begin.elapsed() >= limit && begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    assert!(
        matches!(&error, Error::Timeout { method, after, .. } if method == "batch" && *after == limit),
        "{error:?}"
    );
    assert!(matches!(client.batch(|b| b.get_mode()), Err(Error::GivenUp { .. })));

    // With a call that has no deadline, the batch has none.
    let client = FaultsClient::launch().unwrap();
    let (short, long) = client.batch(|b| (b.short_nap(1), b.nap(900))).unwrap();
    short.and(long).unwrap();
}

#[test]
fn a_death_fails_the_batch_and_the_next_one_restarts_the_server() {
    let _watchdog = Watchdog::new("death");
    let restart = Restart::OnFailure { max: 1, within: Duration::from_secs(600), backoff: Duration::ZERO };
    let client = FaultsClient::builder().restart(restart).launch().unwrap();
    let mut mode = None;
    let error = client.batch(|b| (b.set_mode(5), b.write_to_nowhere(), b.get_mode())).unwrap_err();
    assert!(matches!(error, Error::ServerDied { .. }), "{error:?}");
    assert_eq!(error.method(), Some("write_to_nowhere"), "the crash report names it");
    mode.replace(client.batch(|b| b.get_mode()).unwrap().unwrap());
    assert_eq!((mode, client.server_info().generation), (Some(0), 2), "the failed batch is not repeated");

    // An exit leaves no report.
    let client = FaultsClient::launch().unwrap();
    let error = client.batch(|b| (b.set_mode(5), b.exit_with(7))).unwrap_err();
    assert_eq!(error.method(), Some("batch"), "{error:?}");

    let client = FaultsClient::launch().unwrap();
    client.shutdown().unwrap();
    assert!(matches!(client.batch(|b| b.get_mode()), Err(Error::Shutdown)));
}

#[test]
fn a_stale_handle_is_refused_in_a_batch() {
    let _watchdog = Watchdog::new("stale");
    let restart = Restart::OnFailure { max: 1, within: Duration::from_secs(600), backoff: Duration::ZERO };
    let client = DevicesClient::builder().restart(restart).launch().unwrap();
    let device = client.open_device("old").unwrap();
    assert!(client.batch(|b| b.die()).is_err());
    let (name, calls) = client.batch(|b| (b.device_name(device), b.calls_seen())).unwrap();
    assert!(matches!(name, Err(Error::StaleHandle { .. })), "{name:?}");
    calls.unwrap();
}

#[test]
fn large_batches_go_both_ways_over_each_transport() {
    let _watchdog = Watchdog::new("large batches");
    for transport in [Transport::SharedMemory, Transport::Pipe] {
        let client = FixtureClient::builder().transport(transport).launch().unwrap();
        for (calls, count) in [(1, 0), (3, 200_000), (20_000, 3)] {
            let values: Vec<_> = (0..count).map(f64::from).collect();
            let doubled = client.batch(|b| (0..calls).map(|_| (b.doubled(&values), b.echo_u8(7))).collect::<Vec<_>>());
            for (doubled, echo) in doubled.unwrap() {
                assert!(doubled.unwrap().iter().eq(values.iter().map(|value| value * 2.0).collect::<Vec<_>>().iter()));
                assert_eq!(echo.unwrap(), 7);
            }
        }
    }
}

#[test]
fn an_argument_too_large_for_a_message_fails_only_its_call() {
    let _watchdog = Watchdog::new("too large");
    let client = FixtureClient::launch().unwrap();
    // It is refused before it is read, so its pages never use memory.
    let huge = vec![0; 1 << 30];
    let (before, [one, two], after) =
        client.batch(|b| (b.sum_u8(&[1]), [b.sum_u8(&huge), b.sum_u8(&huge)], b.sum_f64(&[0.5]))).unwrap();
    assert_eq!((before.unwrap(), after.unwrap()), (1.0, 0.5));
    for error in [one, two].map(Result::unwrap_err) {
        let Error::Argument { method, parameter, reason, .. } = error else { panic!("{error:?}") };
        assert_eq!((&*method, &*parameter), ("sum_u8", "values"));
        assert!(reason.contains("a message of more than"), "{reason}");
    }
}

#[test]
fn threads_may_make_batches_at_the_same_time() {
    let _watchdog = Watchdog::new("threads");
    let (fixture, multi) = (FixtureClient::launch().unwrap(), MultiClient::launch().unwrap());
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (fixture, multi) = (&fixture, &multi);
            scope.spawn(move || {
                for i in 0..50 {
                    let values = [thread, i, thread * i];
                    let echoes = fixture.batch(|b| values.map(|value| b.echo_i32(value))).unwrap();
                    assert_eq!(echoes.map(Result::unwrap), values);
                }
                let [one, two] = multi.batch(|b| [b.stay(20), b.stay(20)]).unwrap().map(Result::unwrap);
                assert_eq!(one, two, "one thread makes all calls of a batch");
            });
        }
    });
    assert!(multi.most_inside().unwrap() > 1, "batches of several connections run at once");
}

#[test]
fn a_listening_server_serves_batches() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("a listening server");
    let listening = Listening::start("fixture");
    let client = FixtureClient::connect(&listening.name).unwrap();
    let (echo, panic) = client.batch(|b| (b.echo_i32(5), b.panic("no"))).unwrap();
    assert!(echo.unwrap() == 5 && panic.is_err());
}

#[test]
fn a_custom_server_serves_batches() {
    let _watchdog = Watchdog::new("a custom server");
    let args = StoreArgs { capacity: 3, ..StoreArgs::default() };
    let client = StoreClient::builder().start_args(args).launch().unwrap();
    let (first, second, value) = client.batch(|b| (b.put("k", "1"), b.put("k", "2"), b.get("k"))).unwrap();
    assert_eq!((first.unwrap(), second.unwrap(), value.unwrap()), (None, Some("1".into()), Some("2".into())));
}

/// Is serialized as bytes or not at all, and deserialized as text.
#[derive(Debug, Clone)]
struct BadText(bool);

impl Serialize for BadText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            true => serializer.serialize_bytes(&[255, 255]),
            false => Err(serde::ser::Error::custom("not this one")),
        }
    }
}

impl<'de> Deserialize<'de> for BadText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|_| Self(true))
    }
}

/// Passes values that cannot be encoded or decoded.
#[bridge32]
trait Unencodable {
    fn take(&self, text: BadText) -> i32;
    fn give(&self, encodable: bool) -> BadText;
    fn answer(&self, value: i32) -> i32;
}

struct Server;

impl Unencodable for Server {
    fn take(&self, _: BadText) -> i32 {
        1
    }

    fn give(&self, encodable: bool) -> BadText {
        BadText(encodable)
    }

    fn answer(&self, value: i32) -> i32 {
        value
    }
}

#[test]
fn a_value_that_cannot_be_encoded_or_decoded_fails_only_its_call() {
    let _watchdog = Watchdog::new("encoding failures");
    let client = UnencodableClient::in_process(Server);
    let (undecodable, unencodable, undecodable_result, unencodable_result, answers) = client
        .batch(|b| {
            let first = b.answer(1);
            let calls = (b.take(BadText(true)), b.take(BadText(false)), b.give(true), b.give(false));
            (calls.0, calls.1, calls.2, calls.3, [first, b.answer(2)])
        })
        .unwrap();
    assert!(matches!(undecodable, Err(Error::Fault { .. })), "{undecodable:?}");
    assert!(matches!(unencodable, Err(Error::Argument { .. })), "{unencodable:?}");
    assert!(matches!(undecodable_result, Err(Error::Protocol { .. })), "{undecodable_result:?}");
    assert!(matches!(unencodable_result, Err(Error::Fault { .. })), "{unencodable_result:?}");
    assert_eq!(answers.map(Result::unwrap), [1, 2]);
    assert_eq!(client.answer(3).unwrap(), 3);
}
