//! An interface without a native library.

use std::collections::BTreeMap;
use std::ops::Range;

use bridge32::bridge32;
use serde::{Deserialize, Serialize};

/// Returns its arguments.
#[bridge32(args = EchoArgs)]
pub trait Echo {
    /// Makes a call without arguments and result.
    fn ping(&self);

    /// Returns the value unchanged.
    fn echo(&self, value: Value) -> Value;

    /// Returns the bytes unchanged.
    fn echo_bytes(&self, bytes: &[u8]) -> Vec<u8>;

    /// Returns the text unchanged, unless it is longer than the start arguments allow.
    fn echo_text(&self, text: &str) -> Result<String, TooLong>;

    /// Returns the start arguments.
    fn args(&self) -> EchoArgs;

    /// Returns how many calls the server has served, this one included.
    fn served(&self) -> u64;
}

/// The start arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EchoArgs {
    /// The server's name, which must not be empty.
    pub name: String,
    /// The length of the longest text that it accepts, in bytes; `None` for no limit.
    pub longest_text: Option<u64>,
}

/// Data of any shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant is named after its content")]
pub enum Value {
    Nothing,
    Truth(bool),
    Integer(i64),
    Number(f64),
    Complex { re: f64, im: f64 },
    Range(Range<i32>),
    Text(String),
    Bytes(Vec<u8>),
    Maybe(Option<Box<Value>>),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
    Measured(Measurement),
}

/// A struct in an enum in a struct.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// What was measured.
    pub quantity: String,
    /// The mean and its standard deviation.
    pub value: (f64, f64),
    /// The conditions of the measurement.
    pub conditions: BTreeMap<String, Value>,
}

/// The error of [`Echo::echo_text`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("a text of {length} bytes, where {longest} are allowed")]
pub struct TooLong {
    /// The text's length, in bytes.
    pub length: u64,
    /// The length of the longest text allowed.
    pub longest: u64,
}
