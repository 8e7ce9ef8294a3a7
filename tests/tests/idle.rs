//! A client and a server between calls use no time of the processor. In a program of its own: it counts for the whole
//! process.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::time::Duration;

use bridge32_tests::interfaces::FixtureClient;
use bridge32_tests::processes::cpu_ticks;
use bridge32_tests::watchdog::Watchdog;

#[test]
fn between_calls_neither_side_uses_the_processor() {
    let _watchdog = Watchdog::new("idle");
    let client = FixtureClient::builder().call_timeout(Duration::from_secs(60)).launch().unwrap();
    for i in 0..1000 {
        assert_eq!(client.echo_i32(i).unwrap(), i);
    }
    let server = client.server().pid;
    let ticks = || (cpu_ticks(std::process::id()), cpu_ticks(server));
    // The last looks, and what the start of a process leaves to be done.
    std::thread::sleep(Duration::from_millis(500));
    // The system counts whole ticks, and may count one for what it did itself meanwhile; it does not do so every time.
    let used: Vec<_> = (0..3)
        .map_while(|_| {
            let before = ticks();
            std::thread::sleep(Duration::from_secs(5));
            let after = ticks();
            (after != before).then(|| (after.0 - before.0, after.1 - before.1))
        })
        .collect();
    assert!(used.len() < 3, "ticks of the client and the server in each 5 s: {used:?}");
    assert_eq!(client.echo_i32(1).unwrap(), 1);
}
