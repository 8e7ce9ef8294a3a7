//! An interface without a native library.

use std::collections::BTreeMap;
use std::ops::Range;

use bridge32::bridge32;
use serde::{Deserialize, Serialize};

/// Sends back what it gets.
#[bridge32(args = EchoArgs)]
pub trait Echo {
    /// Nothing there, and nothing back.
    fn ping(&self);

    /// The value, unchanged.
    fn echo(&self, value: Value) -> Value;

    /// The bytes, unchanged.
    fn echo_bytes(&self, bytes: &[u8]) -> Vec<u8>;

    /// The text, unless it is longer than the server was told to take.
    fn echo_text(&self, text: &str) -> Result<String, TooLong>;

    /// What the server was started with.
    fn args(&self) -> EchoArgs;

    /// How many methods the server has served so far, this one included.
    fn served(&self) -> u64;
}

/// What the server is started with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EchoArgs {
    /// What it is called.
    pub name: String,
    /// The longest text it takes, in bytes; any, if there is none.
    pub longest_text: Option<u64>,
}

/// Data of any shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant says what it holds")]
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
    /// Of what.
    pub quantity: String,
    /// The mean and its standard deviation.
    pub value: (f64, f64),
    /// How it was made.
    pub conditions: BTreeMap<String, Value>,
}

/// The error of [`Echo::echo_text`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("a text of {length} bytes, where {longest} are allowed")]
pub struct TooLong {
    /// The text's length, in bytes.
    pub length: u64,
    /// The longest allowed.
    pub longest: u64,
}
