//! A warm call allocates nothing on either side, and a long array is not copied. A separate test program, because the counters
//! cover the whole process.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::sync::Mutex;
use std::time::Duration;

use bridge32::Transport;
use bridge32_tests::counting::{CountedClient, Counting, allocations, take_largest};
use bridge32_tests::watchdog::Watchdog;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Held by the running test, because the counters are shared.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn a_warm_call_allocates_nothing() {
    let _watchdog = Watchdog::new("allocations");
    let _alone = ALONE.lock();
    assert_no_allocations(&CountedClient::launch().unwrap());
    assert_no_allocations(&CountedClient::builder().call_timeout(Duration::from_secs(60)).launch().unwrap());
}

fn assert_no_allocations(client: &CountedClient) {
    let values = [1.0; 1000];
    let calls = || {
        for i in 0..100 {
            assert_eq!(client.echo_i32(i).unwrap(), i);
            assert_eq!(client.sum_f64(&values).unwrap(), 1000.0);
            assert_eq!(client.sum_of(3, |x| x * i).unwrap(), 3 * i);
            assert_eq!(client.sum_of_with(3, |x| x + i).unwrap(), 3 + 3 * i);
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
    // A thread that was started with the server may be scheduled only now, and allocates once when it starts.
    let rounds: Vec<_> = (0..3).map(|_| counted()).collect();
    let clean = rounds.iter().filter(|round| **round == (0, 0)).count();
    assert!(clean >= 2, "allocations of client and server in rounds of 400 calls: {rounds:?}");
}

/// Arrays that are read or changed in place are sent from and received into the caller's memory.
#[test]
fn a_long_array_is_not_copied_for_the_pipe() {
    let _watchdog = Watchdog::new("allocations");
    let _alone = ALONE.lock();
    let client = CountedClient::builder().transport(Transport::Pipe).launch().unwrap();
    let mut values: Vec<_> = (0..1 << 20).map(f64::from).collect();
    take_largest();
    let sum = client.sum_f64(&values).unwrap();
    client.reverse(&mut values).unwrap();
    let largest = take_largest();
    assert_eq!((sum, values[0]), (549_755_289_600.0, 1_048_575.0));
    assert!(largest < 1 << 20, "{largest} bytes were allocated for 8 MiB");
}
