//! A warm call allocates nothing, on either side, and a long array is not copied on its way. In a program of its own: it
//! counts for the whole process.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::sync::Mutex;
use std::time::Duration;

use bridge32::Transport;
use bridge32_tests::counting::{CountedClient, Counting, allocations, take_largest};
use bridge32_tests::watchdog::Watchdog;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test at a time.
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
    // A thread that was started with the server may come to its first steps as late as in here, and allocates for itself, once.
    let rounds: Vec<_> = (0..3).map(|_| counted()).collect();
    let clean = rounds.iter().filter(|round| **round == (0, 0)).count();
    assert!(clean >= 2, "in the client and in the server, for 400 calls each: {rounds:?}");
}

/// Neither into a message nor out of one: what is read, and what is changed in place, is sent and received where it is.
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
