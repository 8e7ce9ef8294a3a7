//! What is said in a conversation.

#[cfg(unix)]
use bridge32::RemoteBuffer;
use bridge32::{BatchMode, Bool32, CallError, Error};
use bridge32_tests::conversation::ConversationClient;
use bridge32_tests::vocabulary::{Color, Flags, Packed, Point, Polygon, Rectangle, Thing};

/// How a call ended.
#[derive(Debug)]
pub(crate) enum Said {
    /// The server answered with a value.
    Answer(String),
    /// The server said why the call was not carried out.
    Refusal(String),
    /// There was no answer that the client could understand.
    Nothing(Error),
}

impl Said {
    /// What the server answered.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Answer(text) | Self::Refusal(text) => Some(text),
            Self::Nothing(_) => None,
        }
    }
}

/// A call.
pub(crate) type Call<C> = fn(&C) -> Said;

/// What an answer is, and what none.
pub(crate) fn said<T: std::fmt::Debug>(result: Result<T, Error>) -> Said {
    match result {
        Ok(value) => Said::Answer(format!("{value:?}")),
        Err(
            error @ (Error::Panic { .. }
            | Error::Status { .. }
            | Error::SymbolMissing { .. }
            | Error::Argument { .. }
            | Error::StaleHandle { .. }
            | Error::Callback { .. }
            | Error::NotCalled { .. }
            | Error::Fault { .. }),
        ) => Said::Refusal(error.to_string()),
        Err(error) => Said::Nothing(error),
    }
}

fn parsed(result: Result<i32, CallError<String>>) -> Said {
    said(match result {
        Ok(value) => Ok(Ok(value)),
        Err(CallError::Method(error)) => Ok(Err(error)),
        Err(CallError::Bridge(error)) => Err(error),
    })
}

/// What a batch says: the server has answered if it has answered each of its calls.
fn all_of<const N: usize>(results: Result<[Said; N], Error>) -> Said {
    let all = match results {
        Ok(all) => all,
        Err(error) => return said(Err::<(), _>(error)),
    };
    let (mut texts, mut is_refused) = (Vec::new(), false);
    for said in all {
        is_refused |= matches!(said, Said::Refusal(_));
        match said {
            Said::Answer(text) | Said::Refusal(text) => texts.push(text),
            Said::Nothing(error) => return Said::Nothing(error),
        }
    }
    let text = texts.join(", ");
    if is_refused { Said::Refusal(text) } else { Said::Answer(text) }
}

/// The conversations, each so short that all of it can be repeated for each of its bytes.
pub(crate) fn conversations() -> Vec<Vec<Call<ConversationClient>>> {
    vec![
        vec![
            |client| said(client.negate(Bool32(true))),
            |client| {
                let mut value = 1 << 40;
                let result = client.advance(&mut value, &5);
                said(result.map(|()| value))
            },
            |client| said(client.split(-2.5)),
            |client| said(client.toggle(Flags(0b1100), Flags(0b1010))),
        ],
        vec![
            |client| said(client.scalar_multiply(2.0, &[1.0, 2.0, -0.5])),
            |client| said(client.scalar_multiply(2.0, &[])),
            |client| {
                let mut values = [1, -2, 300];
                let result = client.double_all(&mut values);
                said(result.map(|()| values))
            },
            |client| {
                let mut flags = [true, false, true];
                let result = client.invert_all(&mut flags);
                said(result.map(|set| (set, flags)))
            },
            |client| said(client.read_samples()),
            |client| said(client.table()),
        ],
        vec![
            |client| said(client.upper("grüß dich, welt")),
            |client| said(client.wide_length(Some("wörter"))),
            |client| said(client.wide_length(None)),
            |client| said(client.latin_name()),
            |client| parsed(client.parse("12")),
            |client| said(client.upper("")),
        ],
        vec![
            |client| said(client.midpoint(Point { x: 0.0, y: 0.0 }, Point { x: 4.0, y: 8.0 })),
            |client| {
                let corners = [Point { x: 0.0, y: 0.0 }, Point { x: 1.0, y: 1.0 }];
                let mut rectangle = Rectangle { corners, layer: 7 };
                let result = client.grow(&mut rectangle, 1.5);
                said(result.map(|()| rectangle))
            },
            |client| {
                let mut points = [Point { x: 1.0, y: 2.0 }, Point { x: 3.0, y: 4.0 }];
                let result = client.flip_all(&mut points);
                said(result.map(|()| points))
            },
            |client| said(client.repack(&Packed { kind: 1, size: 70_000, flags: 300 })),
        ],
        vec![
            |client| said(client.polygon_sum(Polygon { n: 0, points: vec![Point { x: 2.0, y: 3.0 }; 2] })),
            |client| {
                let place = Some(Box::new(Point { x: 1.0, y: 2.0 }));
                said(client.thing_sum(&Thing { id: 3, name: Some("name".to_owned()), place, weight: 0.5 }))
            },
            |client| said(client.some_thing()),
            |client| said(client.next_color(Color::Red)),
            |client| said(client.next_color(Color::Blue)),
        ],
        vec![
            |client| said(client.checked(1)),
            |client| said(client.checked(-7)),
            |client| said(client.absent(1)),
            |client| said(client.panic("on purpose")),
            |client| parsed(client.parse("twelve")),
        ],
        vec![
            |client| {
                let (mut words, mut counter) = (["b".to_owned(), "a".to_owned()], 41);
                let result = client.sort(&mut words, &mut counter);
                said(result.map(|()| (words, counter)))
            },
            |client| said(client.tally(vec![Some("a".to_owned()), None, Some("a".to_owned())])),
            |client| said(client.negate(Bool32(false))),
        ],
        vec![
            |client| {
                let mut values = [1, -2, 300];
                let results = client.batch(|b| (b.table(), b.double_all(&mut values), [b.checked(1), b.checked(-7)]));
                all_of(results.map(|(table, doubled, [first, second])| {
                    [said(table), said(doubled.map(|()| values)), said(first), said(second)]
                }))
            },
            |client| {
                let results = client
                    .batch_with(BatchMode::StopOnError, |b| (b.parse("12"), b.panic("no"), b.negate(Bool32(true))));
                all_of(results.map(|(twelve, panic, negated)| [parsed(twelve), said(panic), said(negated)]))
            },
            |client| said(client.negate(Bool32(true))),
        ],
        vec![
            |client| said(client.add_up(&[1, 2, 3], |sum, value| sum.wrapping_mul(10).wrapping_add(value))),
            |client| {
                let mut words = Vec::new();
                let result = client.each_word(|word, numbers| words.push((word.to_owned(), numbers.to_vec())));
                said(result.map(|()| words))
            },
            |client| said(client.fill_in(|| "name".to_owned())),
            // A closure that calls, whose call has a closure.
            |client| {
                let double = |_: i32, value: i32| value.wrapping_mul(2);
                let nested = |sum: i32, value| sum.wrapping_add(client.add_up(&[value], double).unwrap_or(-1));
                said(client.add_up(&[1, 2], nested))
            },
            |client| said(client.negate(Bool32(true))),
        ],
    ]
}

/// A conversation with handles and registered closures. Their numbers are the process's: a damaged one may be another
/// conversation's, so there is one at a time.
pub(crate) fn with_handles() -> Vec<Call<ConversationClient>> {
    vec![
        |client| {
            said(client.open_counter(5).and_then(|counter| {
                let none = client.count_by(counter, 1)?;
                client.close_counter(counter)?;
                Ok(none)
            }))
        },
        |client| {
            said(client.open_counter(7).and_then(|counter| {
                let watched = client.watch_counter(counter, |count| count.wrapping_mul(2))?;
                // In the thread of the call, and in one of the library's own.
                let counts = (client.count_by(counter, 1)?, client.count_apart(counter, 2)?);
                drop(watched);
                let after = client.count_by(counter, 1)?;
                client.close_counter(counter)?;
                Ok((counts, after))
            }))
        },
        |client| said(client.negate(Bool32(true))),
    ]
}

/// Memory of the server, whose addresses have 32 bits: for servers that are processes.
#[cfg(unix)]
pub(crate) fn with_memory() -> Vec<Call<ConversationClient>> {
    vec![
        |client| {
            said(RemoteBuffer::<Point>::allocate(client, 3).and_then(|memory| {
                memory.write(1, &[Point { x: 1.0, y: 2.0 }])?;
                let points = memory.read(0, 3)?;
                memory.free()?;
                Ok(points)
            }))
        },
        |client| said(RemoteBuffer::<u8>::allocate(client, 2).and_then(|memory| memory.write(1, &[1, 2]))),
        |client| said(client.negate(Bool32(false))),
    ]
}
