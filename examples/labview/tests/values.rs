//! Tests both weightings, and invalid arguments.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use bridge32::CallError;
use labview::{LabviewClient, Statistics, StdevError};

const VALUES: [f64; 9] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];

#[test]
fn weightings() {
    let client = LabviewClient::launch().unwrap();
    let known = [(7.5, 2.738_612_787_525_830_6), (6.666_666_666_666_667, 2.581_988_897_471_611)];
    for (weighting, (variance, standard_deviation)) in (0..).zip(known) {
        let Statistics { mean, variance: found, standard_deviation: root } = client.stdev(&VALUES, weighting).unwrap();
        assert_eq!(mean, 5.0);
        assert!((found - variance).abs() < 1e-14, "{found}");
        assert!((root - standard_deviation).abs() < 1e-14, "{root}");
    }
}

#[test]
fn invalid_arguments_are_rejected_in_the_server() {
    let client = LabviewClient::launch().unwrap();
    let error_of = |values: &[f64], weighting| match client.stdev(values, weighting) {
        Err(CallError::Method(error)) => error,
        other => panic!("{other:?}"),
    };
    for weighting in [2, u16::MAX] {
        let error = error_of(&VALUES, weighting);
        assert_eq!(error, StdevError::Weighting(weighting));
        assert!(error.to_string().contains("0 (sample) or 1 (population)"), "{error}");
    }
    assert_eq!(error_of(&[], 1), StdevError::TooFew { needed: 1 });
    assert_eq!(error_of(&[1.0], 0), StdevError::TooFew { needed: 2 });
    assert_eq!(client.stdev(&[3.0], 1).unwrap(), Statistics { mean: 3.0, variance: 0.0, standard_deviation: 0.0 });
}
