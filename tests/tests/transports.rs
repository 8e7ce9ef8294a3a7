//! The choice of the transport. All other tests run over every transport.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use bridge32::Transport;
use bridge32_tests::interfaces::FixtureClient;
use bridge32_tests::watchdog::Watchdog;

#[test]
fn the_requested_transport_is_used() {
    let _watchdog = Watchdog::new("transports");
    let transport = |transport| FixtureClient::builder().transport(transport).launch().unwrap().server_info().transport;
    assert_eq!(transport(Transport::SharedMemory), Transport::SharedMemory);
    assert_eq!(transport(Transport::Pipe), Transport::Pipe);
    // `cargo bridge32 test` requests each transport; by default, shared memory is available on every pair.
    let expected = match std::env::var("BRIDGE32_TRANSPORT").as_deref() {
        Ok("pipe") => Transport::Pipe,
        _ => Transport::SharedMemory,
    };
    assert_eq!(transport(Transport::Auto), expected);
}

#[test]
fn large_values_cross_every_transport_both_ways() {
    let _watchdog = Watchdog::new("large values");
    for transport in [Transport::SharedMemory, Transport::Pipe] {
        let client = FixtureClient::builder().transport(transport).launch().unwrap();
        for count in [0, 1, 7, 120, 126, 127, 1000, 40_000, 2_000_000] {
            let values: Vec<_> = (0..count).map(f64::from).collect();
            let doubled = client.doubled(&values).unwrap();
            assert!(doubled.iter().zip(&values).all(|(doubled, value)| *doubled == value * 2.0));
            assert_eq!(doubled.len(), values.len());
        }
        assert_eq!(client.echo_i32(1).unwrap(), 1);
    }
}
