//! Compares the results of kernel32.dll's functions with this side's clock and known facts about Windows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::time::{SystemTime as Clock, UNIX_EPOCH};

use bridge32::{Address, Bool32, Error};
use stdcall::{Kernel32Client, LCID_SUPPORTED, OPEN_EXISTING, SystemTime};

fn launch() -> Kernel32Client {
    Kernel32Client::launch().unwrap()
}

/// Returns the seconds since 1970, with Howard Hinnant's formula for the days of a civil date.
fn unix_seconds(time: &SystemTime) -> i64 {
    let [year, month, day] = [time.year, time.month, time.day].map(i64::from);
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year) = (year / 400, year % 400);
    let day = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468;
    assert_eq!(i64::from(time.day_of_week), (days + 4) % 7, "1970 began on a Thursday");
    let [hour, minute, second] = [time.hour, time.minute, time.second].map(i64::from);
    ((days * 24 + hour) * 60 + minute) * 60 + second
}

#[test]
fn both_sides_have_the_same_time() {
    let client = launch();
    let client_time = i64::try_from(Clock::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let server_time = unix_seconds(&client.utc().unwrap());
    assert!((server_time - client_time).abs() <= 60, "server {server_time}, client {client_time}");
    let local = client.local_time().unwrap();
    assert!(
        (unix_seconds(&local) - client_time).abs() <= 60 + 14 * 3600,
        "no time zone is more than 14 hours away: {local}"
    );
    assert!(local.milliseconds < 1000, "{local}");
}

#[test]
fn a_time_is_formatted_as_iso_8601() {
    let [year, month, day_of_week, day, hour, minute, second, milliseconds] = [2024, 2, 4, 29, 7, 5, 9, 42];
    let time = SystemTime { year, month, day_of_week, day, hour, minute, second, milliseconds };
    assert_eq!(time.to_string(), "2024-02-29T07:05:09.042");
    assert_eq!(unix_seconds(&time), 1_709_190_309);
}

#[test]
fn ticks_increase() {
    let client = launch();
    let before = client.tick_count().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(100));
    let passed = client.tick_count().unwrap().wrapping_sub(before);
    assert!((50..60_000).contains(&passed), "{passed} ms");
}

#[test]
fn wide_text() {
    let client = launch();
    let (_, name) = client.computer_name().unwrap();
    assert!((1..=15).contains(&name.chars().count()), "{name:?}");
    let (length, path) = client.windows_directory().unwrap();
    assert_eq!(length as usize, path.chars().count());
    assert!(path.to_lowercase().ends_with(r"\windows"), "{path}");
}

#[test]
fn files() {
    let client = launch();
    let open = |path: &str| client.create_file(path, 0, 0, Address::NULL, OPEN_EXISTING, 0, Address::NULL);
    let error = open(r"C:\no-such-folder\file").unwrap_err();
    let Error::Status { value: -1, os_error: Some(reason), .. } = &error else { panic!("{error:?}") };
    assert_eq!(reason.code, Some(3), "ERROR_PATH_NOT_FOUND: {reason}");

    let (_, windows) = client.windows_directory().unwrap();
    let handle = open(&format!(r"{windows}\system32\kernel32.dll")).unwrap();
    client.close_handle(handle).unwrap();
}

#[test]
fn a_callback() {
    let client = launch();
    let mut ids = Vec::new();
    let visit = |id: &str| {
        ids.push(u32::from_str_radix(id, 16));
        true.into()
    };
    client.each_locale(visit, LCID_SUPPORTED).unwrap();
    assert!(ids.contains(&Ok(0x0409)), "English of the United States: {ids:?}");
    let mut seen = 0;
    let visit = |_: &str| {
        seen += 1;
        Bool32(seen < 3)
    };
    client.each_locale(visit, LCID_SUPPORTED).unwrap();
    assert_eq!(seen, 3, "a closure that returns false is not called again");
    let panicked = client.each_locale(|_| panic!("no more"), LCID_SUPPORTED);
    assert!(matches!(&panicked, Err(Error::Callback { reason, .. }) if reason.contains("no more")), "{panicked:?}");
}
