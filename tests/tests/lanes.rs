//! What calls travel over. Everything else is tested over every lane; this is about which one it is.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use bridge32::Lane;
use bridge32_tests::interfaces::FixtureClient;
use bridge32_tests::watchdog::Watchdog;

#[test]
fn the_lane_is_the_one_that_was_asked_for() {
    let _watchdog = Watchdog::new("lanes");
    let lane = |lane| FixtureClient::builder().lane(lane).launch().unwrap().server().lane;
    assert_eq!(lane(Lane::Fast), Lane::Fast);
    assert_eq!(lane(Lane::Pipe), Lane::Pipe);
    // `cargo bridge32 test` asks for each; without it, the fast lane can be had on every pair.
    let expected = match std::env::var("BRIDGE32_LANE").as_deref() {
        Ok("pipe") => Lane::Pipe,
        _ => Lane::Fast,
    };
    assert_eq!(lane(Lane::Auto), expected);
}

#[test]
fn large_values_go_both_ways_over_each() {
    let _watchdog = Watchdog::new("large values");
    for lane in [Lane::Fast, Lane::Pipe] {
        let client = FixtureClient::builder().lane(lane).launch().unwrap();
        for count in [0, 1, 7, 120, 126, 127, 1000, 40_000, 2_000_000] {
            let values: Vec<_> = (0..count).map(f64::from).collect();
            let doubled = client.doubled(&values).unwrap();
            assert!(doubled.iter().zip(&values).all(|(doubled, value)| *doubled == value * 2.0));
            assert_eq!(doubled.len(), values.len());
        }
        assert_eq!(client.echo_i32(1).unwrap(), 1);
    }
}
