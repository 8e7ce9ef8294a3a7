//! A warm call allocates nothing, on either side. In a program of its own: it counts for the whole process.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::time::Duration;

use bridge32_tests::counting::{CountedClient, Counting, allocations};
use bridge32_tests::watchdog::Watchdog;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_warm_call_allocates_nothing() {
    let _watchdog = Watchdog::new("allocations");
    nothing_is_allocated(&CountedClient::launch().unwrap());
    nothing_is_allocated(&CountedClient::builder().call_timeout(Duration::from_secs(60)).launch().unwrap());
}

fn nothing_is_allocated(client: &CountedClient) {
    let values = [1.0; 1000];
    let calls = || {
        for i in 0..100 {
            assert_eq!(client.echo_i32(i).unwrap(), i);
            assert_eq!(client.sum_f64(&values).unwrap(), 1000.0);
        }
    };
    calls();
    client.server_allocations().unwrap();

    let counted = || {
        let server_before = client.server_allocations().unwrap();
        let before = allocations();
        calls();
        let after = allocations();
        let server_after = client.server_allocations().unwrap();
        (after - before, server_after - server_before)
    };
    // A thread that was started with the server may come to its first steps as late as in here, and allocates for itself, once.
    let rounds: Vec<_> = (0..3).map(|_| counted()).collect();
    let clean = rounds.iter().filter(|round| **round == (0, 0)).count();
    assert!(clean >= 2, "in the client and in the server, for 200 calls each: {rounds:?}");
}
