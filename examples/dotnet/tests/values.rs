//! Calls every method, and compares the results with known values.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use bridge32::Error;
use dotnet::DotnetClient;
use ndarray::{Array2, array};

fn launch() -> DotnetClient {
    DotnetClient::launch().unwrap()
}

#[test]
fn arithmetic() {
    let client = launch();
    assert_eq!(client.add_integers(8, 2).unwrap(), 10);
    assert_eq!(client.add_integers(i32::MAX, 1).unwrap(), i32::MIN, "C# wraps around");
    assert_eq!(client.divide_floats(4.0, 5.0).unwrap(), 0.8);
    assert_eq!(client.multiply_doubles(872.24, 525.525).unwrap(), 458_383.926);
    assert_eq!(client.add_or_subtract(99.0, 9.0, true).unwrap(), 108.0);
    assert_eq!(client.add_or_subtract(99.0, 9.0, false).unwrap(), 90.0);
    assert_eq!(client.add_multiple(11, -22, 33, -44, 55).unwrap(), 33);
}

#[test]
fn text() {
    let client = launch();
    assert_eq!(client.reverse_string("New Zealand").unwrap(), "dnalaeZ weN");
    assert_eq!(client.reverse_string("").unwrap(), "");
    assert_eq!(client.concatenate("a", "ß", "\0", true, "😀").unwrap(), "aß\0😀", "a .NET string can contain a NUL");
    assert_eq!(client.concatenate("a", "b", "c", false, "d").unwrap(), "abc");
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
fn matrices() {
    let client = launch();
    let a = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let b = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
    assert_eq!(client.multiply(a.view(), b.view()).unwrap(), array![[22.0, 28.0], [49.0, 64.0]]);
    // These views are in column-major order.
    assert_eq!(client.multiply(b.t(), a.t()).unwrap(), array![[22.0, 49.0], [28.0, 64.0]]);
    let nothing = Array2::zeros((2, 0));
    assert_eq!(client.multiply(nothing.view(), nothing.t()).unwrap(), Array2::<f64>::zeros((2, 2)));
}

#[test]
fn objects() {
    let client = launch();
    let (a, b) = (client.word_counter("a b a").unwrap(), client.word_counter("b c").unwrap());
    assert_ne!(a, b);
    assert_eq!(client.count_word(&a, "a").unwrap(), (true, 2));
    assert_eq!(client.count_word(&b, "a").unwrap(), (false, 0));
    assert_eq!(client.add_words(&b, "a d").unwrap(), 4);
    assert_eq!(client.common_words(&a, &b).unwrap(), ["a", "b"]);
    client.release_counter(a).unwrap();
    assert_eq!(client.count_word(&b, "d").unwrap(), (true, 1));
}

#[test]
fn exceptions() {
    let client = launch();
    let error = client.divide_integers(1, 0).unwrap_err();
    let Error::Exception { method, class, message, stack_trace, .. } = &error else { panic!("{error:?}") };
    assert_eq!((method.as_str(), class.as_str()), ("divide_integers", "System.DivideByZeroException"));
    assert!(!message.is_empty() && stack_trace.contains("DotNetMSL.BasicMath.divide_integers"), "{error:?}");
    let a = Array2::<f64>::zeros((2, 3));
    let error = client.multiply(a.view(), a.view()).unwrap_err();
    let expected =
        "`multiply_matrices` threw System.ArgumentException: a matrix of 2x3 cannot be multiplied by one of 2x3";
    assert_eq!(error.to_string(), expected);
    assert_eq!(client.divide_integers(7, 2).unwrap(), 3, "the server still runs");
}

#[test]
fn classes() {
    let expected =
        ["DotNetMSL.BasicMath", "DotNetMSL.ArrayManipulation", "StringManipulation", "StaticClass", "WordCounter"];
    assert_eq!(launch().class_names().unwrap(), expected);
}
