//! Calls every function, and compares the results with known values.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use fortran::{FortranClient, MultiplyError};
use ndarray::{Array2, array};

const ONE_TO_NINE: [f64; 9] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];

fn launch() -> FortranClient {
    FortranClient::launch().unwrap()
}

#[test]
fn integers() {
    let client = launch();
    assert_eq!(client.sum_8bit(&-50, &110).unwrap(), 60);
    assert_eq!(client.sum_16bit(&32767, &-1).unwrap(), 32766);
    assert_eq!(client.sum_32bit(&i32::MAX, &i32::MIN).unwrap(), -1);
    assert_eq!(client.sum_64bit(&i64::MIN, &1).unwrap(), -9_223_372_036_854_775_807);
    assert_eq!(client.add_or_subtract(&1000, &2000, &true.into()).unwrap(), 3000);
    assert_eq!(client.add_or_subtract(&1000, &2000, &false.into()).unwrap(), -1000);
}

#[test]
fn numbers() {
    let client = launch();
    assert_eq!(f64::from(client.multiply_float32(&40.874, &-1284.131).unwrap()), -52_487.570_312_5);
    assert_eq!(client.multiply_float64(&1e200, &-0.5e100).unwrap(), -5e299);
    assert_eq!(client.is_positive(&1.0).unwrap(), true);
    assert_eq!(client.is_positive(&-0.1).unwrap(), false);
    let y = client.besselj0(&8.6).unwrap();
    assert!((y - 0.014_622_991_278_741).abs() < 1e-14, "{y}");
    let deviation = client.standard_deviation(&ONE_TO_NINE).unwrap();
    assert!((deviation - 2.738_612_787_525_830_6).abs() < 1e-14, "{deviation}");
}

#[test]
fn factorials() {
    let client = launch();
    assert_eq!(client.factorial(&0).unwrap(), 1.0);
    assert_eq!(client.factorial(&5).unwrap(), 120.0);
    let largest = client.factorial(&127).unwrap();
    assert!((largest / 3.012_660_018_457_658e213 - 1.0).abs() < 1e-13, "{largest}");
    assert_eq!(client.factorial(&-1).unwrap(), 0.0);
    let exit = client.shutdown().unwrap();
    assert_eq!(exit.stdout.trim_end(), "there is no factorial of -1");
}

#[test]
fn text() {
    let client = launch();
    assert_eq!(client.reverse_string(b"hello world!").unwrap(), "!dlrow olleh");
    assert_eq!(client.reverse_string(b"").unwrap(), "");
}

#[test]
fn arrays() {
    let client = launch();
    let doubled = client.add_1d_arrays(&ONE_TO_NINE, &ONE_TO_NINE).unwrap();
    assert_eq!(doubled, ONE_TO_NINE.map(|x| 2.0 * x));
    let error = client.add_1d_arrays(&ONE_TO_NINE, &[1.0]).unwrap_err().to_string();
    assert!(error.contains("in1") && error.contains("in2"), "{error}");
}

#[test]
fn matrices() {
    let client = launch();
    let a = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let b = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
    assert_eq!(client.multiply(a.view(), b.view()).unwrap(), array![[22.0, 28.0], [49.0, 64.0]]);
    // These views are in the other order in memory.
    assert_eq!(client.multiply(b.t(), a.t()).unwrap(), array![[22.0, 49.0], [28.0, 64.0]]);
    let nothing = Array2::zeros((2, 0));
    assert_eq!(client.multiply(nothing.view(), nothing.t()).unwrap(), Array2::<f64>::zeros((2, 2)));
}

#[test]
fn matrices_of_mismatched_sizes() {
    let client = launch();
    let a = Array2::<f64>::zeros((2, 3));
    let error = client.multiply(a.view(), a.view()).unwrap_err();
    assert!(matches!(error, MultiplyError::Sizes { .. }), "{error:?}");
    assert_eq!(error.to_string(), "a matrix of 2×3 cannot be multiplied by one of 2×3");
    // The product would have 2^32 elements, more than a 32-bit process has room for.
    let long = Array2::<f64>::zeros((1 << 16, 1));
    let error = client.multiply(long.view(), long.t()).unwrap_err();
    assert!(matches!(error, MultiplyError::Bridge(_)), "{error:?}");
    assert!(error.to_string().contains("4294967296 elements"), "{error}");
}
