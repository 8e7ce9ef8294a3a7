//! What is said in a conversation.

use bridge32::{Bool32, CallError, Error, OnFailure};
use bridge32_tests::conversation::ConversationClient;
use bridge32_tests::vocabulary::{Color, Flags, Packed, Point, Polygon, Rectangle, Thing};

/// How a call ended.
#[derive(Debug)]
pub(crate) enum Said {
    /// The server answered: with a value, or with why the call was not carried out.
    Answer(String),
    /// There was no answer that the client could understand.
    Nothing(Error),
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
        ) => Said::Answer(error.to_string()),
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
    let mut answers = Vec::new();
    for said in all {
        match said {
            Said::Answer(answer) => answers.push(answer),
            Said::Nothing(error) => return Said::Nothing(error),
        }
    }
    Said::Answer(answers.join(", "))
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
                let results =
                    client.batch_with(OnFailure::Stop, |b| (b.parse("12"), b.panic("no"), b.negate(Bool32(true))));
                all_of(results.map(|(twelve, panic, negated)| [parsed(twelve), said(panic), said(negated)]))
            },
            |client| said(client.negate(Bool32(true))),
        ],
    ]
}
