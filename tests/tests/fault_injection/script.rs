//! The calls of the conversations, and the outcomes of calls.

#[cfg(unix)]
use bridge32::RemoteBuffer;
use bridge32::{BatchMode, Bool32, CallError, Error};
use bridge32_tests::conversation::ConversationClient;
use bridge32_tests::vocabulary::{Color, Flags, Packed, Point, Polygon, Rectangle, Thing};

/// How a call ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The server answered with a value.
    Answer(String),
    /// The server replied with an error of the call.
    Refusal(String),
    /// There was no valid reply.
    Failure(Error),
}

impl Outcome {
    /// Returns the server's reply.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Answer(text) | Self::Refusal(text) => Some(text),
            Self::Failure(_) => None,
        }
    }
}

/// A call.
pub(crate) type Call<C> = fn(&C) -> Outcome;

/// Converts the result of a call.
pub(crate) fn outcome<T: std::fmt::Debug>(result: Result<T, Error>) -> Outcome {
    match result {
        Ok(value) => Outcome::Answer(format!("{value:?}")),
        Err(
            error @ (Error::Panic { .. }
            | Error::Status { .. }
            | Error::SymbolMissing { .. }
            | Error::CallingConvention { .. }
            | Error::Argument { .. }
            | Error::StaleHandle { .. }
            | Error::Callback { .. }
            | Error::NotCalled { .. }
            | Error::Fault { .. }),
        ) => Outcome::Refusal(error.to_string()),
        Err(error) => Outcome::Failure(error),
    }
}

fn parsed(result: Result<i32, CallError<String>>) -> Outcome {
    outcome(match result {
        Ok(value) => Ok(Ok(value)),
        Err(CallError::Method(error)) => Ok(Err(error)),
        Err(CallError::Bridge(error)) => Err(error),
    })
}

/// Combines the outcomes of a batch: it has a reply if each of its calls has one.
fn all_of<const N: usize>(results: Result<[Outcome; N], Error>) -> Outcome {
    let all = match results {
        Ok(all) => all,
        Err(error) => return outcome(Err::<(), _>(error)),
    };
    let (mut texts, mut is_refused) = (Vec::new(), false);
    for outcome in all {
        is_refused |= matches!(outcome, Outcome::Refusal(_));
        match outcome {
            Outcome::Answer(text) | Outcome::Refusal(text) => texts.push(text),
            Outcome::Failure(error) => return Outcome::Failure(error),
        }
    }
    let text = texts.join(", ");
    if is_refused { Outcome::Refusal(text) } else { Outcome::Answer(text) }
}

/// The conversations, each short enough to be repeated for each of its bytes.
pub(crate) fn conversations() -> Vec<Vec<Call<ConversationClient>>> {
    vec![
        vec![
            |client| outcome(client.negate(Bool32(true))),
            |client| {
                let mut value = 1 << 40;
                let result = client.advance(&mut value, &5);
                outcome(result.map(|()| value))
            },
            |client| outcome(client.split(-2.5)),
            |client| outcome(client.toggle(Flags(0b1100), Flags(0b1010))),
        ],
        vec![
            |client| outcome(client.scalar_multiply(2.0, &[1.0, 2.0, -0.5])),
            |client| outcome(client.scalar_multiply(2.0, &[])),
            |client| {
                let mut values = [1, -2, 300];
                let result = client.double_all(&mut values);
                outcome(result.map(|()| values))
            },
            |client| {
                let mut flags = [true, false, true];
                let result = client.invert_all(&mut flags);
                outcome(result.map(|set| (set, flags)))
            },
            |client| outcome(client.read_samples()),
            |client| outcome(client.table()),
        ],
        vec![
            |client| outcome(client.upper("grüß dich, welt")),
            |client| outcome(client.wide_length(Some("wörter"))),
            |client| outcome(client.wide_length(None)),
            |client| outcome(client.latin_name()),
            |client| parsed(client.parse("12")),
            |client| outcome(client.upper("")),
        ],
        vec![
            |client| outcome(client.midpoint(Point { x: 0.0, y: 0.0 }, Point { x: 4.0, y: 8.0 })),
            |client| {
                let corners = [Point { x: 0.0, y: 0.0 }, Point { x: 1.0, y: 1.0 }];
                let mut rectangle = Rectangle { corners, layer: 7 };
                let result = client.grow(&mut rectangle, 1.5);
                outcome(result.map(|()| rectangle))
            },
            |client| {
                let mut points = [Point { x: 1.0, y: 2.0 }, Point { x: 3.0, y: 4.0 }];
                let result = client.flip_all(&mut points);
                outcome(result.map(|()| points))
            },
            |client| outcome(client.repack(&Packed { kind: 1, size: 70_000, flags: 300 })),
        ],
        vec![
            |client| outcome(client.polygon_sum(Polygon { n: 0, points: vec![Point { x: 2.0, y: 3.0 }; 2] })),
            |client| {
                let place = Some(Box::new(Point { x: 1.0, y: 2.0 }));
                outcome(client.thing_sum(&Thing { id: 3, name: Some("name".to_owned()), place, weight: 0.5 }))
            },
            |client| outcome(client.some_thing()),
            |client| outcome(client.next_color(Color::Red)),
            |client| outcome(client.next_color(Color::Blue)),
        ],
        vec![
            |client| outcome(client.checked(1)),
            |client| outcome(client.checked(-7)),
            |client| outcome(client.absent(1)),
            |client| outcome(client.panic("on purpose")),
            |client| parsed(client.parse("twelve")),
        ],
        vec![
            |client| {
                let (mut words, mut counter) = (["b".to_owned(), "a".to_owned()], 41);
                let result = client.sort(&mut words, &mut counter);
                outcome(result.map(|()| (words, counter)))
            },
            |client| outcome(client.tally(vec![Some("a".to_owned()), None, Some("a".to_owned())])),
            |client| outcome(client.negate(Bool32(false))),
        ],
        vec![
            |client| {
                let mut values = [1, -2, 300];
                let results = client.batch(|b| (b.table(), b.double_all(&mut values), [b.checked(1), b.checked(-7)]));
                all_of(results.map(|(table, doubled, [first, second])| {
                    [outcome(table), outcome(doubled.map(|()| values)), outcome(first), outcome(second)]
                }))
            },
            |client| {
                let results = client
                    .batch_with(BatchMode::StopOnError, |b| (b.parse("12"), b.panic("no"), b.negate(Bool32(true))));
                all_of(results.map(|(twelve, panic, negated)| [parsed(twelve), outcome(panic), outcome(negated)]))
            },
            |client| outcome(client.negate(Bool32(true))),
        ],
        vec![
            |client| outcome(client.add_up(&[1, 2, 3], |sum, value| sum.wrapping_mul(10).wrapping_add(value))),
            |client| {
                let mut words = Vec::new();
                let result = client.each_word(|word, numbers| words.push((word.to_owned(), numbers.to_vec())));
                outcome(result.map(|()| words))
            },
            |client| outcome(client.fill_in(|| "name".to_owned())),
            // A closure that makes a call, which has a closure, too.
            |client| {
                let double = |_: i32, value: i32| value.wrapping_mul(2);
                let nested = |sum: i32, value| sum.wrapping_add(client.add_up(&[value], double).unwrap_or(-1));
                outcome(client.add_up(&[1, 2], nested))
            },
            |client| outcome(client.negate(Bool32(true))),
        ],
    ]
}

/// A conversation with handles and registered closures. Their numbers are unique in the process, and a damaged number may be
/// another conversation's, so these conversations run one at a time.
pub(crate) fn with_handles() -> Vec<Call<ConversationClient>> {
    vec![
        |client| {
            outcome(client.open_counter(5).and_then(|counter| {
                let none = client.count_by(counter, 1)?;
                client.close_counter(counter)?;
                Ok(none)
            }))
        },
        |client| {
            outcome(client.open_counter(7).and_then(|counter| {
                let watched = client.watch_counter(counter, |count| count.wrapping_mul(2))?;
                // On the thread of the call, and on one of the library's own.
                let counts = (client.count_by(counter, 1)?, client.count_apart(counter, 2)?);
                drop(watched);
                let after = client.count_by(counter, 1)?;
                client.close_counter(counter)?;
                Ok((counts, after))
            }))
        },
        |client| outcome(client.negate(Bool32(true))),
    ]
}

/// Buffers in the server's memory, whose addresses must have 32 bits: only for servers in 32-bit processes.
#[cfg(unix)]
pub(crate) fn with_memory() -> Vec<Call<ConversationClient>> {
    vec![
        |client| {
            outcome(RemoteBuffer::<Point>::allocate(client, 3).and_then(|memory| {
                memory.write(1, &[Point { x: 1.0, y: 2.0 }])?;
                let points = memory.read(0, 3)?;
                memory.free()?;
                Ok(points)
            }))
        },
        |client| outcome(RemoteBuffer::<u8>::allocate(client, 2).and_then(|memory| memory.write(1, &[1, 2]))),
        |client| outcome(client.negate(Bool32(false))),
    ]
}
