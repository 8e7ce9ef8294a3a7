//! Checks that every value comes back unchanged.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::collections::BTreeMap;

use bridge32::{CallError, Error};
use echo::{EchoArgs, EchoClient, Measurement, TooLong, Value};

fn args() -> EchoArgs {
    EchoArgs { name: "Echo; name=value".to_owned(), longest_text: Some(5) }
}

fn launch(args: EchoArgs) -> EchoClient {
    EchoClient::builder().start_args(args).launch().unwrap()
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> BTreeMap<String, Value> {
    entries.map(|(key, value)| (key.to_owned(), value)).into()
}

#[test]
fn values() {
    let client = launch(args());
    let ones = Value::List([1.0, 2.0, 3.0].map(Value::Number).into());
    let keywords = map([("self", Value::Nothing), ("type", Value::Text("größer 🦀".to_owned())), ("", ones.clone())]);
    let measurement =
        Measurement { quantity: "mass".to_owned(), value: (f64::MIN_POSITIVE, -0.0), conditions: keywords.clone() };
    for value in [
        Value::Nothing,
        Value::Truth(true),
        Value::Integer(i64::MIN),
        Value::List(vec![Value::Number(6.0), Value::Map(map([("values", ones)]))]),
        Value::Complex { re: 7.0, im: -2.0 },
        Value::Range(-1..i32::MAX),
        Value::Text("line\nline\0 \u{10ffff}".to_owned()),
        Value::Bytes((0..=255).collect()),
        Value::Maybe(None),
        Value::Maybe(Some(Box::new(Value::Maybe(Some(Box::new(Value::List(vec![]))))))),
        Value::Map(keywords),
        Value::Measured(measurement),
    ] {
        assert_eq!(client.echo(value.clone()).unwrap(), value);
    }
}

#[test]
fn sizes() {
    let client = launch(EchoArgs { longest_text: None, ..args() });
    client.ping().unwrap();
    assert_eq!(client.echo_text("").unwrap(), "");
    let text = "äöü ".repeat(1 << 20);
    assert!(client.echo_text(&text).unwrap() == text);
    let bytes: Vec<u8> = (0..9_999_999_u32).map(|i| (i % 251) as u8).collect();
    assert!(client.echo_bytes(&bytes).unwrap() == bytes);
}

#[test]
fn the_servers_state() {
    let client = launch(args());
    assert_eq!(client.args().unwrap(), args());
    client.ping().unwrap();
    assert_eq!(client.served().unwrap(), 3);
}

#[test]
fn errors() {
    let client = launch(args());
    assert_eq!(client.echo_text("12345").unwrap(), "12345");
    let error = client.echo_text("123456").unwrap_err();
    assert_eq!(error.to_string(), "a text of 6 bytes, where 5 are allowed");
    assert!(matches!(error, CallError::Method(TooLong { length: 6, longest: 5 })), "{error:?}");

    let error = EchoClient::builder().start_args(EchoArgs { name: String::new(), ..args() }).launch().unwrap_err();
    assert!(matches!(&error, Error::ServerStart { reason, .. } if reason.contains("must have a name")), "{error:?}");
    let error = EchoClient::builder().launch().unwrap_err();
    assert!(matches!(error, Error::Args { .. }), "{error:?}");
}
