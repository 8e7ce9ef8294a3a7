//! The interfaces of most tests.

use std::collections::BTreeMap;

use bridge32::bridge32;
use serde::{Deserialize, Serialize};

/// The fixture library.
#[bridge32(lib = "fixture", server = "fixture-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Fixture {
    fn echo_i8(&self, value: i8) -> i8;
    fn echo_i16(&self, value: i16) -> i16;
    fn echo_i32(&self, value: i32) -> i32;
    fn echo_i64(&self, value: i64) -> i64;
    fn echo_u8(&self, value: u8) -> u8;
    fn echo_u16(&self, value: u16) -> u16;
    fn echo_u32(&self, value: u32) -> u32;
    fn echo_u64(&self, value: u64) -> u64;
    fn echo_f32(&self, value: f32) -> f32;
    fn echo_f64(&self, value: f64) -> f64;
    fn echo_bool(&self, value: bool) -> bool;
    #[allow(clippy::too_many_arguments)]
    fn sum_of_all(&self, a: i8, b: f64, c: u16, d: i64, e: f32, f: u8, g: bool, h: u32) -> f64;
    fn sloppy_true(&self) -> bool;
    #[symbol("renamed_in_rust")]
    fn renamed(&self, value: i32) -> i32;
    fn count(&self);
    #[on_error(-1)]
    fn counted(&self) -> i32;

    fn text_length(&self, text: &str) -> i32;
    #[symbol("text_length")]
    fn optional_text_length(&self, text: Option<&str>) -> i32;
    fn greeting(&self) -> String;
    fn no_text(&self) -> String;
    #[symbol("no_text")]
    fn maybe_no_text(&self) -> Option<String>;
    #[symbol("greeting")]
    fn maybe_greeting(&self) -> Option<String>;
    fn not_utf8(&self) -> String;
    fn keep_text(&self, text: &str);
    fn kept_text(&self) -> String;

    fn sum_i8(&self, values: &[i8], #[len_of(values)] count: i32) -> f64;
    fn sum_i16(&self, values: &[i16], #[len_of(values)] count: i32) -> f64;
    fn sum_i32(&self, values: &[i32], #[len_of(values)] count: i32) -> f64;
    fn sum_i64(&self, values: &[i64], #[len_of(values)] count: i32) -> f64;
    fn sum_u8(&self, values: &[u8], #[len_of(values)] count: i32) -> f64;
    fn sum_u16(&self, values: &[u16], #[len_of(values)] count: i32) -> f64;
    fn sum_u32(&self, values: &[u32], #[len_of(values)] count: i32) -> f64;
    fn sum_u64(&self, values: &[u64], #[len_of(values)] count: i32) -> f64;
    fn sum_f32(&self, values: &[f32], #[len_of(values)] count: i32) -> f64;
    fn sum_f64(&self, values: &[f64], #[len_of(values)] count: i32) -> f64;
    fn count_small(&self, #[len_of(values)] count: u8, values: &[i16]) -> u32;
    fn dot(&self, x: &[f64], y: &[f64], #[len_of(x, y)] count: &i32) -> f64;
    fn scaled(&self, by: &f32, value: &f32) -> f32;

    #[abi("stdcall")]
    fn minus_stdcall(&self, a: i32, b: i64) -> i32;
    #[abi("fastcall")]
    fn minus_fastcall(&self, a: i32, b: i32, c: i32) -> i32;

    fn print_lines(&self, lines: i32);
    fn read_input(&self) -> i32;
    fn exit_with(&self, code: i32);
    fn crash(&self);
    fn hang(&self);
    fn pointer_bits(&self) -> u8;
    #[optional]
    fn absent(&self, value: i32) -> i32;
    #[optional]
    fn present(&self) -> i32;

    /// Counts in the server: one round trip, many native calls.
    fn count_many(&self, times: u32) -> i32 {
        for _ in 0..times {
            self.count();
        }
        self.counted()
    }

    /// Takes and returns types that serde supports.
    fn group(&self, mut words: Vec<String>, by: &Grouping) -> BTreeMap<String, Vec<String>> {
        words.sort();
        let mut groups = BTreeMap::<_, Vec<_>>::new();
        for word in words {
            let key = match by {
                Grouping::Length => word.len().to_string(),
                Grouping::Prefix { letters } => word.chars().take(*letters as usize).collect(),
            };
            groups.entry(key).or_default().push(word);
        }
        groups
    }

    /// Returns an error of the method.
    fn halve(&self, value: i32) -> Result<i32, OddNumber> {
        if value % 2 == 0 { Ok(self.echo_i32(value / 2)) } else { Err(OddNumber { value }) }
    }

    /// Doubles each value, in the server.
    fn doubled(&self, values: &[f64]) -> Vec<f64> {
        values.iter().map(|value| 2.0 * value).collect()
    }

    /// Panics.
    #[allow(clippy::panic, reason = "the panic is the purpose of the method")]
    fn panic(&self, message: &str) -> i32 {
        panic!("{message}")
    }

    /// A variable of the server's environment.
    fn environment(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    /// The server's current folder.
    fn folder(&self) -> String {
        std::env::current_dir().map(|dir| dir.display().to_string()).unwrap_or_default()
    }
}

/// How to group words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Grouping {
    /// By the length.
    Length,
    /// By the first letters.
    Prefix {
        /// How many.
        letters: u8,
    },
}

/// The error for an odd number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OddNumber {
    /// The number.
    pub value: i32,
}

impl std::fmt::Display for OddNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is odd", self.value)
    }
}

impl std::error::Error for OddNumber {}

/// A library that needs another one.
#[bridge32(lib = "dependent", server = "dependent-server32")]
pub trait Dependent {
    /// Calls a function of this library, which calls the other one.
    fn from_both(&self) -> i32;
}

/// A server without a library, with start arguments and a state.
#[bridge32(args = StoreArgs, server = "store-server32")]
pub trait Store {
    /// Stores a value; returns the previous one.
    fn put(&self, key: &str, value: &str) -> Option<String>;
    /// Returns the value of a key.
    fn get(&self, key: &str) -> Option<String>;
    /// The capacity from the start arguments.
    fn capacity(&self) -> u32;
}

/// The start arguments of a [`Store`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StoreArgs {
    /// The maximum number of entries; the server refuses to start with 0.
    pub capacity: u32,
    /// The initial entries.
    pub entries: Vec<(String, String)>,
    /// A file to which the shutdown hook writes a line.
    pub farewell: Option<String>,
}

/// Two versions of one interface. The server is built from the old one.
pub mod old {
    use super::{Deserialize, Serialize, bridge32};

    /// A measured value.
    #[derive(Debug, Serialize, Deserialize)]
    pub struct Reading {
        /// The value.
        pub value: f64,
    }

    /// An instrument.
    #[bridge32(server = "gauge-server32")]
    pub trait Gauge {
        /// Sets the range.
        fn set_range(&self, range: i32);
        /// Returns a measured value.
        fn read(&self, channel: u8) -> Reading;
        /// Not in the new version.
        fn beep(&self);
    }

    /// The instrument of the server.
    #[derive(Debug)]
    pub struct OldGauge;

    impl Gauge for OldGauge {
        fn set_range(&self, _: i32) {}

        fn read(&self, channel: u8) -> Reading {
            Reading { value: channel.into() }
        }

        fn beep(&self) {}
    }

    impl bridge32::Serve for OldGauge {
        type Interface = dyn Gauge;

        fn start(_: bridge32::ServerContext) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
            Ok(Self)
        }
    }
}

/// The new version: one parameter has another type, a struct has one more field, one method is new, and one is removed.
pub mod new {
    use super::{Deserialize, Serialize, bridge32};

    /// A measured value.
    #[derive(Debug, Serialize, Deserialize)]
    pub struct Reading {
        /// The value.
        pub value: f64,
        /// Its unit.
        pub unit: String,
    }

    /// An instrument.
    #[bridge32(server = "gauge-server32")]
    pub trait Gauge {
        /// Sets the range.
        fn set_range(&self, range: i64);
        /// Returns a measured value.
        fn read(&self, channel: u8) -> Reading;
        /// New in this version.
        fn reset(&self, hard: bool) -> i32;
    }
}

/// An assembly of .NET.
#[bridge32(dotnet = "assembly", class = "Vendor.Meter")]
#[allow(missing_docs, reason = "nothing is called")]
pub trait Assembly {
    fn read(&self) -> i32;
}
