//! Fault injection: bytes are cut off, held back, lost, duplicated or damaged at every position of a conversation.
//!
//! Messages have no checksum: the pipes of a system neither lose nor change bytes, and a library that corrupts the memory of
//! its server may do so before a checksum is computed. So a byte that is damaged inside a value arrives as another value.
//! These properties are checked:
//!
//! - A call whose bytes were complete before the fault has the correct answer.
//! - If bytes are cut off, held back, lost or duplicated, the call that the fault hits fails, and so does every later one. If a
//!   byte is damaged, the call that it belongs to fails or has some answer of the correct type, and every later one fails or has
//!   the correct answer; damaged start arguments may affect every answer. If bytes are delayed, every answer is correct.
//! - A failure is reported within the deadline, as an error of the variant for it. Neither side panics.
//! - Both sides terminate. No thread and no file descriptor is leaked, and no allocation is larger than what serde reserves
//!   before it has read the elements.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

mod connection;
mod fault;
#[cfg(unix)]
mod process;
mod script;

use std::collections::BTreeMap;
use std::iter::StepBy;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bridge32::{Error, Serve, ServerContext, bridge32};
use bridge32_runtime::Client;
use bridge32_runtime::testing;
use bridge32_runtime::testing::wire::Start;
use bridge32_tests::conversation::{ConversationClient, ConversationLibrary};
use bridge32_tests::counting::{Counting, largest};
use bridge32_tests::pair::Pair;
use bridge32_tests::resources::Resources;
use bridge32_tests::skip_on;
use serde::{Deserialize, Serialize};

use connection::connection;
use fault::{Direction, Fault, Kind};
use script::{Call, Outcome, conversations, outcome, with_handles};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Serializes the tests, because one of them counts the resources of the whole process.
static ALONE: Mutex<()> = Mutex::new(());

/// The largest allocation that is allowed: what serde reserves for a sequence, rounded up by a hash table.
const LARGEST_ALLOCATION: u64 = 4 << 20;

/// Every kind of fault.
const KINDS: [Kind; 9] = [
    Kind::Cut,
    Kind::HalfCut,
    Kind::Stall,
    Kind::Lose,
    Kind::Duplicate,
    Kind::Corrupt(0x01),
    Kind::Corrupt(0x80),
    Kind::Corrupt(0xff),
    Kind::Delay(Duration::from_millis(1)),
];

/// The time limits of a call. There are many runs, and most faults end with a time-out, so the first one is short. If it passes
/// before the fault can happen, because the machine is busy, the run is repeated with the next one.
const DEADLINES: [Duration; 3] = [Duration::from_millis(50), Duration::from_secs(2), Duration::from_secs(30)];

/// How long a side may take to terminate after the other has disconnected.
const TERMINATION: Duration = Duration::from_secs(30);

/// The number of concurrent runs, which spend most of their time waiting.
const CONCURRENT_RUNS: usize = 48;

/// The distance between the positions that are tried. On Windows, runs take longer, and the code that decodes is the same.
const STRIDE: usize = if cfg!(windows) { 7 } else { 1 };

/// The reason to skip the pair of a Linux client and a Windows server.
const IN_PROCESS: &str = "both sides are in this process, as on the pair `linux`";

const SERVER: [u8; 16] = [0x5e; 16];
const CLIENT: [u8; 16] = [0xc1; 16];

/// The outcome of a conversation.
#[derive(Debug)]
struct Conversation {
    handshake: Result<(), Error>,
    outcomes: Vec<Outcome>,
    /// The byte counts of both directions after the handshake and after each call.
    marks: Vec<(usize, usize)>,
}

/// Runs a conversation with a fault. `before_drop` runs before the client is dropped.
fn converse<C: Client, S: Serve>(
    calls: &[Call<C>],
    start: &Start,
    fault: Option<Fault>,
    deadline: Duration,
    before_drop: impl Fn(&C),
) -> Conversation {
    let (client_end, server_end, counts) = connection(fault);
    let server = std::thread::spawn(|| testing::serve::<S>(server_end.transport(), SERVER, CLIENT));
    let start = Start { secret: CLIENT, ..start.clone() };
    let client = testing::client::<C>(client_end.transport(), SERVER, start, (deadline, Some(deadline)));
    let mut marks = vec![counts.now()];
    let (handshake, outcomes) = match client {
        Err(error) => (Err(error), Vec::new()),
        Ok(client) => {
            let outcomes = calls.iter().map(|call| {
                let outcome = call(&client);
                marks.push(counts.now());
                outcome
            });
            let outcomes = outcomes.collect();
            before_drop(&client);
            (Ok(()), outcomes)
        }
    };
    let begin = Instant::now();
    while !server.is_finished() {
        assert!(begin.elapsed() < TERMINATION, "the server does not end after {fault:?}");
        std::thread::sleep(Duration::from_micros(200));
    }
    // The error that broke the connection does not matter, only that the server returned.
    let _ = server.join().unwrap();
    Conversation { handshake, outcomes, marks }
}

/// Checks a run; `Err` describes what was wrong. `None` if the deadline was too short for a verdict.
fn judge(clean: &Conversation, found: &Conversation, fault: Fault, last_chance: bool) -> Option<Result<(), String>> {
    // By the marks of this run, because numbers of handles vary in length.
    let reaches = |mark: &(usize, usize)| match fault.direction {
        Direction::ToServer => fault.position < mark.0,
        Direction::ToClient => fault.position < mark.1,
    };
    let is_late =
        |error: &Error| matches!(error, Error::Timeout { .. } | Error::ConnectTimeout { .. } | Error::GivenUp { .. });
    let wrong = |what: String| Some(Err(format!("{fault:?}: {what}")));
    let is_corrupt = matches!(fault.kind, Kind::Corrupt(_));
    let must_be_right = |mark: &(usize, usize)| !reaches(mark) || matches!(fault.kind, Kind::Delay(_));

    match &found.handshake {
        Err(error) if must_be_right(&found.marks[0]) => {
            return if is_late(error) && !last_chance { None } else { wrong(format!("no handshake: {error:?}")) };
        }
        Err(Error::Panic { .. } | Error::Busy { .. } | Error::Shutdown | Error::Spawn { .. }) => {
            return wrong(format!("{:?} of the handshake", found.handshake));
        }
        Err(_) => return Some(Ok(())),
        Ok(()) if !must_be_right(&found.marks[0]) && !is_corrupt => return wrong("the handshake succeeded".to_owned()),
        Ok(()) => {}
    }
    // A call is hit by the fault if the faulty byte is one of its bytes. The handshake counts as a call.
    let mut was_hit = reaches(&found.marks[0]);
    // A damaged start argument may affect every answer.
    let is_start_damaged = was_hit && is_corrupt && fault.direction == Direction::ToServer;
    for (number, (outcome, mark)) in found.outcomes.iter().zip(&found.marks[1..]).enumerate() {
        let Some(right) = clean.outcomes[number].text() else { return wrong("the clean run has no answer".to_owned()) };
        let is_hit = reaches(mark) && !was_hit;
        was_hit |= is_hit;
        match outcome {
            Outcome::Failure(error) if must_be_right(mark) => {
                let too_late = is_late(error) && !last_chance;
                return if too_late { None } else { wrong(format!("call {number} failed: {error:?}")) };
            }
            // An extra connection with a damaged address or secret.
            Outcome::Failure(Error::Impostor { .. } | Error::Accept { .. }) if is_hit && is_corrupt => {}
            Outcome::Failure(
                Error::Protocol { .. } | Error::Disconnected { .. } | Error::Timeout { .. } | Error::GivenUp { .. },
            ) => {}
            Outcome::Failure(error) => return wrong(format!("call {number} is {error:?}")),
            Outcome::Answer(_) | Outcome::Refusal(_) if !must_be_right(mark) && !is_corrupt => {
                return wrong(format!("call {number} has an answer: {outcome:?}"));
            }
            // A panic of the server is real if the fault is not in the bytes that report it.
            Outcome::Refusal(answer) if fault.direction == Direction::ToServer && is_foreign_panic(answer) => {
                return wrong(format!("call {number}: {answer}"));
            }
            Outcome::Answer(_) | Outcome::Refusal(_) if is_hit || is_start_damaged => {}
            // After a damaged message, client and server may disagree on the next one, which the server then rejects.
            Outcome::Refusal(_) if was_hit && is_corrupt => {}
            Outcome::Answer(answer) | Outcome::Refusal(answer) if answer != right => {
                return wrong(format!("call {number} has `{answer}` instead of `{right}`"));
            }
            Outcome::Answer(_) | Outcome::Refusal(_) => {}
        }
    }
    Some(Ok(()))
}

/// Whether the answer is a panic other than that of the method that panics on purpose.
fn is_foreign_panic(answer: &str) -> bool {
    answer.contains("panicked in the server at") && !answer.contains("conversation.rs")
}

/// Counts how runs ended, to be printed: it shows that the faults do happen.
#[derive(Default)]
struct Tally(Mutex<BTreeMap<String, usize>>);

impl Tally {
    fn count(&self, fault: Fault, found: &Conversation) {
        let end = match (&found.handshake, found.outcomes.iter().find(|outcome| matches!(outcome, Outcome::Failure(_))))
        {
            (Err(error), _) => format!("handshake: {}", name(error)),
            (Ok(()), Some(Outcome::Failure(error))) => format!("call: {}", name(error)),
            (Ok(()), _) => "answers".to_owned(),
        };
        let kind = format!("{:?}", fault.kind);
        let kind = kind.split('(').next().unwrap_or_default();
        *self.0.lock().unwrap().entry(format!("{kind:10} {end}")).or_default() += 1;
    }

    fn print(&self) {
        for (what, count) in &*self.0.lock().unwrap() {
            println!("{count:7} {what}");
        }
    }
}

fn name(error: &Error) -> String {
    let text = format!("{error:?}");
    text.split([' ', '(', '{']).next().unwrap_or_default().to_owned()
}

/// Whether runs are concurrent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runs {
    Concurrent,
    Sequential,
}

/// Repeats a conversation with every kind of fault at each of the positions; returns descriptions of what was wrong.
fn try_all<C: Client, S: Serve>(
    calls: &[Call<C>],
    start: &Start,
    positions: impl Fn(&Conversation) -> [StepBy<Range<usize>>; 2],
    tally: &Tally,
    runs: Runs,
) -> Vec<String> {
    let clean = converse::<C, S>(calls, start, None, DEADLINES[2], |_| {});
    assert!(clean.handshake.is_ok(), "{clean:?}");
    let [to_server, to_client] = positions(&clean);
    let directions = [(Direction::ToServer, to_server), (Direction::ToClient, to_client)];
    let faults = directions.into_iter().flat_map(|(direction, positions)| {
        positions.flat_map(move |position| KINDS.map(|kind| Fault { direction, position, kind }))
    });
    // Sequential runs take long, so each position gets only one kind of fault, and the kinds alternate.
    let is_tried = |(index, _): &(usize, Fault)| {
        runs == Runs::Concurrent || index / KINDS.len() % KINDS.len() == index % KINDS.len()
    };
    let faults: Vec<_> = faults.enumerate().filter(is_tried).map(|(_, fault)| fault).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..if runs == Runs::Concurrent { CONCURRENT_RUNS } else { 1 } {
            scope.spawn(|| {
                while let Some(fault) = faults.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let deadlines = if matches!(fault.kind, Kind::Delay(_)) { &DEADLINES[2..] } else { &DEADLINES[..] };
                    for (chance, deadline) in deadlines.iter().enumerate() {
                        let found = converse::<C, S>(calls, start, Some(*fault), *deadline, |_| {});
                        let Some(verdict) = judge(&clean, &found, *fault, chance + 1 == deadlines.len()) else {
                            continue;
                        };
                        tally.count(*fault, &found);
                        wrong.lock().unwrap().extend(verdict.err());
                        break;
                    }
                }
            });
        }
    });
    wrong.into_inner().unwrap()
}

/// The number of threads of other tests that may have started meanwhile. Thousands of runs would leak more.
const OTHER_TESTS: u64 = 4;

/// Checks that no resources are held that were not held before.
fn assert_nothing_is_left(before: &Resources) {
    let deadline = Instant::now() + TERMINATION;
    loop {
        let now = Resources::now();
        if now.threads <= before.threads + OTHER_TESTS && now.descriptors <= before.descriptors {
            break;
        }
        assert!(Instant::now() < deadline, "{now:?} are held, and {before:?} were before");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(largest() <= LARGEST_ALLOCATION, "{} bytes were allocated at once", largest());
}

fn assert_all_right(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} runs went wrong, among them:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

/// Returns the positions after the handshake at the distance `stride`.
fn after_the_handshake(clean: &Conversation, stride: usize) -> [StepBy<Range<usize>>; 2] {
    let (first, last) = (clean.marks[0], clean.marks[clean.marks.len() - 1]);
    [first.0..last.0, first.1..last.1].map(|positions| positions.step_by(stride))
}

#[test]
fn every_byte_of_a_conversation_may_go_wrong() {
    skip_on!(Pair::LinuxWindows, IN_PROCESS);
    let _alone = ALONE.lock();
    let library = Path::new(env!("FIXTURE_LIBRARY")).with_file_name(match cfg!(windows) {
        true => "vocabulary.dll",
        false => "libvocabulary.so",
    });
    let start = Start { library: Some(library.display().to_string()), ..Start::default() };
    let (tally, mut wrong) = (Tally::default(), Vec::new());
    let before = Resources::now();
    for (number, calls) in conversations().iter().enumerate() {
        // The handshake is the same every time, so it is tried once.
        let positions = |clean: &Conversation| {
            let (first, last) = (clean.marks[0], clean.marks[clean.marks.len() - 1]);
            let first = if number == 0 { (0, 0) } else { first };
            [first.0..last.0, first.1..last.1].map(|positions| positions.step_by(STRIDE))
        };
        wrong.extend(try_all::<ConversationClient, ConversationLibrary>(
            calls,
            &start,
            positions,
            &tally,
            Runs::Concurrent,
        ));
    }
    let calls = with_handles();
    let positions = |clean: &Conversation| after_the_handshake(clean, STRIDE);
    let found = try_all::<ConversationClient, ConversationLibrary>(&calls, &start, positions, &tally, Runs::Sequential);
    wrong.extend(found);
    let args = Arguments { name: "name".to_owned(), limits: vec![1, 2, 70_000], notes: BTreeMap::from([(1, None)]) };
    let start = Start { args: postcard::to_allocvec(&args).unwrap(), ..Start::default() };
    let calls: [Call<BegunClient>; 1] = [|client| outcome(client.arguments())];
    let positions =
        |clean: &Conversation| [0..clean.marks[0].0, 0..clean.marks[0].1].map(|positions| positions.step_by(STRIDE));
    wrong.extend(try_all::<BegunClient, Beginner>(&calls, &start, positions, &tally, Runs::Concurrent));
    tally.print();
    assert_all_right(&wrong);
    assert_nothing_is_left(&before);
}

/// Long arrays are sent without being copied, and decoded while they arrive.
#[test]
fn a_long_array_may_go_wrong() {
    skip_on!(Pair::LinuxWindows, IN_PROCESS);
    let _alone = ALONE.lock();
    let call: Call<BegunClient> = |client| {
        let numbers: Vec<_> = (0..50_000).map(f64::from).collect();
        let are_right = |negated: &Vec<f64>| {
            negated.len() == numbers.len() && negated.iter().zip(&numbers).all(|(negated, number)| *negated == -number)
        };
        outcome(client.negated(&numbers).map(|negated| are_right(&negated)))
    };
    let start = Start { args: postcard::to_allocvec(&Arguments::default()).unwrap(), ..Start::default() };
    // A few positions, at the beginning of reads and within them.
    let positions = |clean: &Conversation| after_the_handshake(clean, 40_009);
    let tally = Tally::default();
    let wrong = try_all::<BegunClient, Beginner>(&[call, call], &start, positions, &tally, Runs::Concurrent);
    tally.print();
    assert_all_right(&wrong);
}

/// An explicit shutdown terminates both sides, too.
#[test]
fn a_shutdown_ends_both_sides() {
    skip_on!(Pair::LinuxWindows, IN_PROCESS);
    let _alone = ALONE.lock();
    let calls: [Call<BegunClient>; 1] = [|client| outcome(client.arguments())];
    let start = Start { args: postcard::to_allocvec(&Arguments::default()).unwrap(), ..Start::default() };
    let conversation = converse::<BegunClient, Beginner>(&calls, &start, None, DEADLINES[2], |client| {
        assert_eq!(client.shutdown().unwrap().status, None);
        assert!(matches!(client.arguments(), Err(Error::Shutdown)));
    });
    assert!(conversation.handshake.is_ok());
}

/// The start arguments of a custom server.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Arguments {
    name: String,
    limits: Vec<u32>,
    notes: BTreeMap<u8, Option<String>>,
}

/// A server with start arguments.
#[bridge32(args = Arguments)]
trait Begun {
    /// Returns the start arguments as text.
    fn arguments(&self) -> String;

    /// Negates numbers.
    fn negated(&self, numbers: &[f64]) -> Vec<f64>;
}

struct Beginner(String);

impl Begun for Beginner {
    fn arguments(&self) -> String {
        self.0.clone()
    }

    fn negated(&self, numbers: &[f64]) -> Vec<f64> {
        numbers.iter().map(|number| -number).collect()
    }
}

impl Serve for Beginner {
    type Interface = dyn Begun;

    fn start(context: ServerContext<Arguments>) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(format!("{:?}", context.args())))
    }
}
