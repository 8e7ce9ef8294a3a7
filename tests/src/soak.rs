//! The calls of the soak test, whose results are known, and the ways to end its server.

use std::collections::BTreeMap;

use bridge32::{CallError, Error, bridge32};

use crate::interfaces::OddNumber;
use crate::processes::kill;
use crate::resources::Resources;

/// The fixture library in a server that measures its resources.
#[bridge32(lib = "fixture", server = "soak-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Soak {
    fn echo_i32(&self, value: i32) -> i32;
    fn echo_f64(&self, value: f64) -> f64;
    fn text_length(&self, text: &str) -> i32;
    #[timeout("1min")]
    fn greeting(&self) -> String;
    fn sum_f64(&self, values: &[f64], #[len_of(values)] count: i32) -> f64;
    fn dot(&self, x: &[f64], y: &[f64], #[len_of(x, y)] count: &i32) -> f64;
    fn print_lines(&self, lines: i32);
    fn crash(&self);
    fn exit_with(&self, code: i32);
    #[timeout("500ms")]
    fn hang(&self);

    /// Doubles each value, in the server.
    fn doubled(&self, values: &[f64]) -> Vec<f64> {
        values.iter().map(|value| 2.0 * value).collect()
    }

    /// Counts how often each word occurs.
    fn tally(&self, words: Vec<String>) -> BTreeMap<String, u32> {
        words.into_iter().fold(BTreeMap::new(), |mut tally, word| {
            *tally.entry(word).or_default() += 1;
            tally
        })
    }

    /// Returns an error of the method.
    fn halve(&self, value: i32) -> Result<i32, OddNumber> {
        if value % 2 == 0 { Ok(value / 2) } else { Err(OddNumber { value }) }
    }

    /// Panics.
    #[allow(clippy::panic, reason = "the panic is the purpose of the method")]
    fn panic(&self, message: &str) -> i32 {
        panic!("{message}")
    }

    /// The resources that the server uses.
    fn resources(&self) -> Resources {
        Resources::now()
    }
}

/// The outcome of a call.
#[derive(Debug)]
pub enum Outcome {
    /// The expected value, or the expected error of the method.
    Right,
    /// Another value, described here.
    Wrong(String),
    /// The call failed.
    Failed(Error),
}

const DOT: u64 = 5;
const DOUBLED: u64 = 6;

/// Elements of a large argument.
pub const LARGE: u64 = 50_000;

/// Makes a call whose kind and arguments follow from `number`.
pub fn call(client: &SoakClient, number: u64) -> Outcome {
    // Every bit depends on the number, so that the results of successive calls differ.
    #[allow(clippy::cast_possible_truncation, reason = "any 32 bits will do")]
    let seed = (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24) as i32;
    // Large arguments come early in the life of each server, so that its buffers soon have their final size.
    let (kind, length) = match number % 500 {
        100 => (DOT, LARGE),
        200 => (DOUBLED, LARGE),
        _ => (number % 11, number % 100),
    };
    // Small integers, whose sums are exact in any order of addition.
    let values = || -> Vec<f64> { (0..length).map(|i| f64::from(seed % 1000) + i as f64).collect() };
    match kind {
        0 => right(client.echo_i32(seed), &seed),
        1 => right(client.echo_f64(f64::from(seed) / 3.0), &(f64::from(seed) / 3.0)),
        2 => {
            let text = "ü".repeat(usize::try_from(length).unwrap_or_default());
            right(client.text_length(&text).map(i64::from), &(text.len() as i64))
        }
        3 => right(client.greeting(), &"grüß dich".to_owned()),
        4 => right(client.sum_f64(&values()), &values().iter().sum()),
        DOT => right(client.dot(&values(), &values()), &values().iter().fold(0.0, |sum, value| sum + value * value)),
        DOUBLED => right(client.doubled(&values()), &values().iter().map(|value| 2.0 * value).collect()),
        7 => {
            let words = vec![seed.to_string(), number.to_string(), seed.to_string()];
            let expected = BTreeMap::from([(seed.to_string(), 2), (number.to_string(), 1)]);
            right(client.tally(words), &expected)
        }
        8 => match client.halve(seed) {
            Ok(half) if seed % 2 == 0 && half == seed / 2 => Outcome::Right,
            Err(CallError::Method(error)) if seed % 2 != 0 && error.value == seed => Outcome::Right,
            Err(CallError::Bridge(error)) => Outcome::Failed(error),
            other => Outcome::Wrong(format!("half of {seed}: {other:?}")),
        },
        9 => match client.panic(&seed.to_string()) {
            Err(Error::Panic { message, .. }) if message == seed.to_string() => Outcome::Right,
            Err(error @ Error::Panic { .. }) => Outcome::Wrong(format!("panic of {seed}: {error:?}")),
            Err(error) => Outcome::Failed(error),
            Ok(value) => Outcome::Wrong(format!("panic of {seed}: {value}")),
        },
        _ => right(client.print_lines(3), &()),
    }
}

fn right<T: PartialEq + std::fmt::Debug>(result: Result<T, Error>, expected: &T) -> Outcome {
    match result {
        Ok(value) if value == *expected => Outcome::Right,
        Ok(value) => Outcome::Wrong(format!("{value:?} instead of {expected:?}")),
        Err(error) => Outcome::Failed(error),
    }
}

/// Ends the server in a way that depends on `number`.
///
/// # Errors
/// The result of the call, if it is not the error that this way causes.
pub fn end_server(client: &SoakClient, number: u64) -> Result<(), String> {
    let result = match number % 4 {
        0 => client.crash(),
        1 => client.exit_with(3),
        2 => client.hang(),
        _ => {
            kill(client.server_info().pid);
            return Ok(());
        }
    };
    match (number % 4, result) {
        (0 | 1, Err(Error::ServerDied { .. })) | (2, Err(Error::Timeout { .. })) => Ok(()),
        (_, other) => Err(format!("{other:?}")),
    }
}
