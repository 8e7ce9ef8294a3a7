//! Calls every function, and runs the program. `cargo bridge32 test -p instrument` does so on every pair of systems.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::process::Command;
use std::sync::mpsc;

use bridge32::{CallError, Error};
use instrument::{Config, Event, InstrHandle, InstrumentClient, Outputs, explain};

fn open(serial: &str) -> (InstrumentClient, InstrHandle) {
    let client = InstrumentClient::launch().unwrap();
    let (_, handle) = client.open(serial).unwrap();
    (client, handle)
}

fn status(error: &Error) -> Option<i64> {
    match error {
        Error::Status { value, .. } => Some(*value),
        _ => None,
    }
}

#[test]
fn devices_are_listed_in_structs() {
    let client = InstrumentClient::launch().unwrap();
    assert_eq!(client.version().unwrap(), (2, 4));
    let (_, devices) = client.list_devices().unwrap();
    let serials: Vec<_> = devices.iter().map(|device| device.serial()).collect();
    assert_eq!(serials, ["DL-1001", "DL-1002", "DL-8001"]);
    assert_eq!((devices[2].model().as_str(), devices[2].channels), ("Data logger, 8 channels", 8));
    assert_eq!(devices[2].max_rate, 50_000.0);
}

#[test]
fn a_failed_call_has_a_status_and_the_library_s_text() {
    let client = InstrumentClient::launch().unwrap();
    let error = client.open("DL-9999").unwrap_err();
    assert_eq!(status(&error), Some(-1), "{error}");
    assert_eq!(explain(&client, &error).unwrap(), "no device has the serial number DL-9999");
}

#[test]
fn samples_come_in_the_number_that_was_measured() {
    let (client, handle) = open("DL-1001");
    let error = client.read_samples(handle, &mut 10).unwrap_err();
    assert_eq!(status(&error), Some(-4), "{error}");

    client.configure(handle, &Config::new(4.0, vec![1.0, 2.0])).unwrap();
    client.acquire(handle, 4).unwrap();
    let mut count = 3;
    let (_, first) = client.read_samples(handle, &mut count).unwrap();
    assert_eq!((first.len(), count), (3, 3));
    count = 100;
    let (_, rest) = client.read_samples(handle, &mut count).unwrap();
    assert_eq!((rest.len(), count), (5, 5));
    let expected = [0.0, 2.0, 1.0, 0.0, 0.0, -2.0, -1.0, 0.0];
    for (found, expected) in first.iter().chain(&rest).zip(expected) {
        assert!((found - expected).abs() < 1e-9, "{first:?} {rest:?}");
    }
}

#[test]
fn events_arrive_while_the_library_measures() {
    let (client, handle) = open("DL-1002");
    let (sender, events) = mpsc::channel();
    let (_, registration) =
        client.on_event(handle, move |event, channel, value| sender.send((event, channel, value)).unwrap()).unwrap();
    client.configure(handle, &Config::new(8.0, vec![1.0, 9.9])).unwrap();
    client.acquire(handle, 3).unwrap();
    drop(registration);
    let events: Vec<_> = events.iter().collect();
    assert_eq!(events.first(), Some(&(Event::Started, -1, 8.0)));
    assert_eq!(events.last(), Some(&(Event::Finished, -1, 3.0)));
    let overloads = events.iter().filter(|(event, channel, _)| (*event, *channel) == (Event::Overload, 1));
    assert_eq!(overloads.count(), 1, "{events:?}");
}

#[test]
fn notes_of_any_length_are_read() {
    let (client, handle) = open("DL-8001");
    assert_eq!(client.notes(handle).unwrap(), "");
    for length in [1, 63, 64, 10_000] {
        let notes = "n".repeat(length);
        client.set_notes(handle, &notes).unwrap();
        assert_eq!(client.notes(handle).unwrap(), notes);
    }
    client.close(handle).unwrap();
    assert!(matches!(client.notes(handle), Err(CallError::Bridge(Error::Argument { .. }))), "the handle is closed");
}

#[test]
fn outputs_are_bits() {
    let (client, handle) = open("DL-1001");
    assert_eq!(client.set_outputs(handle, Outputs::RELAY).unwrap().1, Outputs(0));
    assert_eq!(client.set_outputs(handle, Outputs(Outputs::LED.0 | Outputs::RELAY.0)).unwrap().1, Outputs::RELAY);
}

#[test]
fn the_program_measures() {
    let output = Command::new(env!("CARGO_BIN_EXE_instrument")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "DL-8001: Data logger, 8 channels, up to 50000 Hz",
        "measuring at 100 Hz",
        "100 samples, the largest 10.000",
        "the library says: DL-1001 needs one gain for each channel",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}
