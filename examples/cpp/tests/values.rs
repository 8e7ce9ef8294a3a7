//! Calls every function, and compares the results with known values.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::f64::consts::PI;

use cpp::{CppClient, FourPoints, NPoints, Point};

fn launch() -> CppClient {
    CppClient::launch().unwrap()
}

fn close(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

#[test]
fn arithmetic() {
    let client = launch();
    assert_eq!(client.add(3, 14).unwrap(), 17);
    assert_eq!(client.add(-1000, -2).unwrap(), -1002);
    close(client.subtract(43.2, 3.2).unwrap().into(), 40.0, 1e-5);
    close(client.add_or_subtract(0.1234, -0.1234, true).unwrap(), 0.0, 1e-15);
    close(client.add_or_subtract(123.456, 23.456, false).unwrap(), 100.0, 1e-12);
}

#[test]
fn arrays() {
    let client = launch();
    let xin: Vec<f64> = (0..10).map(f64::from).collect();
    let xout = [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0];
    assert_eq!(client.scalar_multiply(2.0, &xin).unwrap(), xout);
    assert_eq!(client.scalar_multiply(2.0, &[]).unwrap(), [0.0; 0]);
}

#[test]
fn text() {
    let client = launch();
    for (original, reversed) in [("hello world!", "!dlrow olleh"), ("", "")] {
        assert_eq!(client.reverse_string_v1(original.as_bytes()).unwrap(), reversed);
        assert_eq!(client.reverse_string_v2(original.as_bytes()).unwrap(), reversed.as_bytes());
        assert_eq!(client.reverse_text(original).unwrap(), reversed);
    }
    assert_eq!(client.reverse_string_v2(b"a\0b").unwrap(), b"b\0a", "the length counts, not a NUL");
    assert_eq!(client.reverse_text("aé").unwrap(), "\u{fffd}\u{fffd}a");
}

#[test]
fn points() {
    let client = launch();
    let square = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)].map(|(x, y)| Point { x, y });
    assert_eq!(client.distance_4_points(FourPoints { points: square }).unwrap(), 4.0);
    let distance = |n| client.distance_n_points(square.into_iter().take(n).collect::<NPoints>()).unwrap();
    assert_eq!([distance(0), distance(1), distance(2), distance(4)], [0.0, 0.0, 2.0, 4.0]);
}

#[test]
fn circumference() {
    let client = launch();
    let known = [(0, 0.0), (1, 0.0), (2, 2.0), (4, 2.828_427_124_746_19), (8, 3.061_467_458_920_718)];
    for (n, expected) in known {
        close(client.circumference(0.5, n).unwrap(), expected, 1e-12);
    }
    // The perimeter of a regular polygon in a circle of diameter 1 is n·sin(π/n): for this n, 1.2e-9 less than π.
    let n = 1 << 16;
    let length = client.circumference(0.5, n).unwrap();
    close(length, f64::from(n) * (PI / f64::from(n)).sin(), 1e-11);
    close(length, PI, 2e-9);
}
