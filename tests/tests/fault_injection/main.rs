//! Bytes that are cut off, held back, lost, sent twice or damaged at every place of a conversation.
//!
//! Nothing that crosses has a check sum: the pipes of a system lose and change nothing, and what a library does to the
//! memory of its server, it may do before any sum is made. So a byte that is damaged inside a value arrives as another
//! value. What is checked is this:
//!
//! - A call whose bytes were complete before the fault has its right answer.
//! - A call that the fault meets, and every later one, fails where bytes are cut off, held back, lost or too many. Where
//!   a byte is damaged, the call that it belongs to fails or has some answer of the right type, and every later one fails or has
//!   its right answer; damaged start arguments may show in every answer. Where bytes come late, every answer is right.
//! - A failure is an error of a variant that says what it is, within the deadline. Nothing panics, on neither side.
//! - Both sides end. No thread and no open file is left, and no allocation was larger than what serde reserves
//!   before it looks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

mod fault;
mod line;
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

use fault::{Direction, Fault, Kind};
use line::line;
use script::{Call, Said, conversations, said, with_handles};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test looks at what the whole process holds.
static ALONE: Mutex<()> = Mutex::new(());

/// What serde reserves for a sequence, and a hash table makes of it.
const LARGEST: u64 = 4 << 20;

/// Every way in which a byte can go wrong.
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

/// What a call may take. Runs are many and most faults end at the deadline, so it is short; a run in which it passed
/// before the fault could happen, because the machine was busy, says nothing and is made again with the next one.
const DEADLINES: [Duration; 3] = [Duration::from_millis(50), Duration::from_secs(2), Duration::from_secs(30)];

/// What a side may take to end once the other has gone.
const END: Duration = Duration::from_secs(30);

/// Runs at a time: they spend most of it waiting.
const AT_ONCE: usize = 48;

/// On Windows every so many-th place is tried: there a run takes longer, and what looks at the bytes is the same.
const STRIDE: usize = if cfg!(windows) { 7 } else { 1 };

/// Why the pair of a Linux client and a Windows server has nothing to add.
const IN_PROCESS: &str = "both sides are in this process, as on the pair `linux`";

const SERVER: [u8; 16] = [0x5e; 16];
const CLIENT: [u8; 16] = [0xc1; 16];

/// How a conversation went.
#[derive(Debug)]
struct Conversation {
    meeting: Result<(), Error>,
    said: Vec<Said>,
    /// Bytes that had gone each way after the meeting, and after each call.
    marks: Vec<(usize, usize)>,
}

/// A conversation with that fault in it.
fn converse<C: Client, S: Serve>(
    calls: &[Call<C>],
    start: &Start,
    fault: Option<Fault>,
    deadline: Duration,
    ended: impl Fn(&C),
) -> Conversation {
    let (client_end, server_end, counts) = line(fault);
    let server = std::thread::spawn(|| testing::serve::<S>(server_end.transport(), SERVER, CLIENT));
    let start = Start { secret: CLIENT, ..start.clone() };
    let client = testing::client::<C>(client_end.transport(), SERVER, start, (deadline, Some(deadline)));
    let mut marks = vec![counts.now()];
    let (meeting, said) = match client {
        Err(error) => (Err(error), Vec::new()),
        Ok(client) => {
            let said = calls.iter().map(|call| {
                let said = call(&client);
                marks.push(counts.now());
                said
            });
            let said = said.collect();
            ended(&client);
            (Ok(()), said)
        }
    };
    let begin = Instant::now();
    while !server.is_finished() {
        assert!(begin.elapsed() < END, "the server does not end after {fault:?}");
        std::thread::sleep(Duration::from_micros(200));
    }
    // What broke the line is its result; that it has one is what matters.
    let _ = server.join().unwrap();
    Conversation { meeting, said, marks }
}

/// Whether a run went as it must; `Err` says what did not. `None` if the deadline was too short to tell.
fn judge(clean: &Conversation, found: &Conversation, fault: Fault, last_chance: bool) -> Option<Result<(), String>> {
    // By the marks of this run: numbers of handles have not always as many bytes.
    let reaches = |mark: &(usize, usize)| match fault.direction {
        Direction::ToServer => fault.position < mark.0,
        Direction::ToClient => fault.position < mark.1,
    };
    let is_late =
        |error: &Error| matches!(error, Error::Timeout { .. } | Error::ConnectTimeout { .. } | Error::GivenUp { .. });
    let wrong = |what: String| Some(Err(format!("{fault:?}: {what}")));
    let is_corrupt = matches!(fault.kind, Kind::Corrupt(_));
    let must_be_right = |mark: &(usize, usize)| !reaches(mark) || matches!(fault.kind, Kind::Delay(_));

    match &found.meeting {
        Err(error) if must_be_right(&found.marks[0]) => {
            return if is_late(error) && !last_chance { None } else { wrong(format!("no meeting: {error:?}")) };
        }
        Err(Error::Panic { .. } | Error::Busy { .. } | Error::Shutdown | Error::Spawn { .. }) => {
            return wrong(format!("{:?} of the meeting", found.meeting));
        }
        Err(_) => return Some(Ok(())),
        Ok(()) if !must_be_right(&found.marks[0]) && !is_corrupt => return wrong("they met".to_owned()),
        Ok(()) => {}
    }
    // A call is met by the fault if its bytes were on their way then; the meeting counts as one.
    let mut was_met = reaches(&found.marks[0]);
    // A start argument that is another one may show in every answer.
    let has_begun_otherwise = was_met && is_corrupt && fault.direction == Direction::ToServer;
    for (number, (said, mark)) in found.said.iter().zip(&found.marks[1..]).enumerate() {
        let Some(right) = clean.said[number].text() else { return wrong("the clean run has no answer".to_owned()) };
        let is_met = reaches(mark) && !was_met;
        was_met |= is_met;
        match said {
            Said::Nothing(error) if must_be_right(mark) => {
                let too_late = is_late(error) && !last_chance;
                return if too_late { None } else { wrong(format!("call {number} failed: {error:?}")) };
            }
            // A extra connection that is not the one that was asked for.
            Said::Nothing(Error::Impostor { .. } | Error::Accept { .. }) if is_met && is_corrupt => {}
            Said::Nothing(
                Error::Protocol { .. } | Error::Disconnected { .. } | Error::Timeout { .. } | Error::GivenUp { .. },
            ) => {}
            Said::Nothing(error) => return wrong(format!("call {number} is {error:?}")),
            Said::Answer(_) | Said::Refusal(_) if !must_be_right(mark) && !is_corrupt => {
                return wrong(format!("call {number} has an answer: {said:?}"));
            }
            // What the server says of itself is true where its own bytes are.
            Said::Refusal(answer) if fault.direction == Direction::ToServer && is_foreign_panic(answer) => {
                return wrong(format!("call {number}: {answer}"));
            }
            Said::Answer(_) | Said::Refusal(_) if is_met || has_begun_otherwise => {}
            // After a damaged question of the server's it may wait for another answer than comes next, and say so.
            Said::Refusal(_) if was_met && is_corrupt => {}
            Said::Answer(answer) | Said::Refusal(answer) if answer != right => {
                return wrong(format!("call {number} has `{answer}` instead of `{right}`"));
            }
            Said::Answer(_) | Said::Refusal(_) => {}
        }
    }
    Some(Ok(()))
}

/// A panic anywhere but in the method that is made for it.
fn is_foreign_panic(answer: &str) -> bool {
    answer.contains("panicked in the server at") && !answer.contains("conversation.rs")
}

/// What is counted of runs, to be printed: a test of faults that never happen would pass, too.
#[derive(Default)]
struct Tally(Mutex<BTreeMap<String, usize>>);

impl Tally {
    fn count(&self, fault: Fault, found: &Conversation) {
        let end = match (&found.meeting, found.said.iter().find(|said| matches!(said, Said::Nothing(_)))) {
            (Err(error), _) => format!("meeting: {}", name(error)),
            (Ok(()), Some(Said::Nothing(error))) => format!("call: {}", name(error)),
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

/// How many runs there are at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runs {
    AtOnce,
    OneByOne,
}

/// Repeats a conversation with every kind of fault at every place that `places` takes; returns what was wrong.
fn try_all<C: Client, S: Serve>(
    calls: &[Call<C>],
    start: &Start,
    places: impl Fn(&Conversation) -> [StepBy<Range<usize>>; 2],
    tally: &Tally,
    runs: Runs,
) -> Vec<String> {
    let clean = converse::<C, S>(calls, start, None, DEADLINES[2], |_| {});
    assert!(clean.meeting.is_ok(), "{clean:?}");
    let [to_server, to_client] = places(&clean);
    let directions = [(Direction::ToServer, to_server), (Direction::ToClient, to_client)];
    let faults = directions.into_iter().flat_map(|(direction, places)| {
        places.flat_map(move |position| KINDS.map(|kind| Fault { direction, position, kind }))
    });
    // One at a time takes long: each place gets one kind, and each kind every so many-th place.
    let is_tried =
        |(place, _): &(usize, Fault)| runs == Runs::AtOnce || place / KINDS.len() % KINDS.len() == place % KINDS.len();
    let faults: Vec<_> = faults.enumerate().filter(is_tried).map(|(_, fault)| fault).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..if runs == Runs::AtOnce { AT_ONCE } else { 1 } {
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

/// Threads of other tests, which may have begun meanwhile. Thousands of runs would leave more.
const OTHER_TESTS: u64 = 4;

/// Nothing is held any more that was not held before.
fn assert_nothing_is_left(before: &Resources) {
    let deadline = Instant::now() + END;
    loop {
        let now = Resources::now();
        if now.threads <= before.threads + OTHER_TESTS && now.descriptors <= before.descriptors {
            break;
        }
        assert!(Instant::now() < deadline, "{now:?} are held, and {before:?} were before");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(largest() <= LARGEST, "{} bytes were allocated at once", largest());
}

fn assert_all_right(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} runs went wrong, among them:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

/// Every so many-th place of all that is said once both have met.
fn after_the_meeting(clean: &Conversation, stride: usize) -> [StepBy<Range<usize>>; 2] {
    let (first, last) = (clean.marks[0], clean.marks[clean.marks.len() - 1]);
    [first.0..last.0, first.1..last.1].map(|places| places.step_by(stride))
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
        // The meeting is the same every time.
        let places = |clean: &Conversation| {
            let (first, last) = (clean.marks[0], clean.marks[clean.marks.len() - 1]);
            let first = if number == 0 { (0, 0) } else { first };
            [first.0..last.0, first.1..last.1].map(|places| places.step_by(STRIDE))
        };
        wrong.extend(try_all::<ConversationClient, ConversationLibrary>(calls, &start, places, &tally, Runs::AtOnce));
    }
    let calls = with_handles();
    let places = |clean: &Conversation| after_the_meeting(clean, STRIDE);
    let found = try_all::<ConversationClient, ConversationLibrary>(&calls, &start, places, &tally, Runs::OneByOne);
    wrong.extend(found);
    let args = Arguments { name: "name".to_owned(), limits: vec![1, 2, 70_000], notes: BTreeMap::from([(1, None)]) };
    let start = Start { args: postcard::to_allocvec(&args).unwrap(), ..Start::default() };
    let calls: [Call<BegunClient>; 1] = [|client| said(client.arguments())];
    let places = |clean: &Conversation| [0..clean.marks[0].0, 0..clean.marks[0].1].map(|places| places.step_by(STRIDE));
    wrong.extend(try_all::<BegunClient, Beginner>(&calls, &start, places, &tally, Runs::AtOnce));
    tally.print();
    assert_all_right(&wrong);
    assert_nothing_is_left(&before);
}

/// Long arrays are sent from where they are, and taken while they come.
#[test]
fn a_long_array_may_go_wrong() {
    skip_on!(Pair::LinuxWindows, IN_PROCESS);
    let _alone = ALONE.lock();
    let call: Call<BegunClient> = |client| {
        let numbers: Vec<_> = (0..50_000).map(f64::from).collect();
        let are_right = |negated: &Vec<f64>| {
            negated.len() == numbers.len() && negated.iter().zip(&numbers).all(|(negated, number)| *negated == -number)
        };
        said(client.negated(&numbers).map(|negated| are_right(&negated)))
    };
    let start = Start { args: postcard::to_allocvec(&Arguments::default()).unwrap(), ..Start::default() };
    // Places at the beginning of what is read, and inside of it.
    let places = |clean: &Conversation| after_the_meeting(clean, 40_009);
    let tally = Tally::default();
    let wrong = try_all::<BegunClient, Beginner>(&[call, call], &start, places, &tally, Runs::AtOnce);
    tally.print();
    assert_all_right(&wrong);
}

/// A conversation ends well where the client says so, too.
#[test]
fn a_shutdown_ends_both_sides() {
    skip_on!(Pair::LinuxWindows, IN_PROCESS);
    let _alone = ALONE.lock();
    let calls: [Call<BegunClient>; 1] = [|client| said(client.arguments())];
    let start = Start { args: postcard::to_allocvec(&Arguments::default()).unwrap(), ..Start::default() };
    let conversation = converse::<BegunClient, Beginner>(&calls, &start, None, DEADLINES[2], |client| {
        assert_eq!(client.shutdown().unwrap().status, None);
        assert!(matches!(client.arguments(), Err(Error::Shutdown)));
    });
    assert!(conversation.meeting.is_ok());
}

/// What a server of its own begins with.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Arguments {
    name: String,
    limits: Vec<u32>,
    notes: BTreeMap<u8, Option<String>>,
}

/// A server with start arguments.
#[bridge32(args = Arguments)]
trait Begun {
    /// What it began with.
    fn arguments(&self) -> String;

    /// Numbers negated.
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
