//! Between calls, client and servers use no CPU time, including a server that waits for window messages. A separate test program,
//! because CPU time is measured for the whole process.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::time::Duration;

use bridge32_tests::interfaces::FixtureClient;
use bridge32_tests::messages::StaClient;
use bridge32_tests::processes::cpu_ticks;
use bridge32_tests::watchdog::Watchdog;

#[test]
fn an_idle_client_and_server_use_no_cpu_time() {
    let _watchdog = Watchdog::new("idle");
    let client = FixtureClient::builder().call_timeout(Duration::from_secs(60)).launch().unwrap();
    for i in 0..1000 {
        assert_eq!(client.echo_i32(i).unwrap(), i);
    }
    let with_messages = StaClient::launch().unwrap();
    for _ in 0..100 {
        with_messages.this_thread().unwrap();
    }
    let all = [std::process::id(), client.server_info().pid, with_messages.server_info().pid];
    let ticks = || all.map(cpu_ticks);
    // Polling after the last call ends, and so does work left from the start of the processes.
    std::thread::sleep(Duration::from_millis(500));
    // The system counts whole ticks and may charge one for its own work, but not in every interval.
    let used: Vec<_> = (0..3)
        .map_while(|_| {
            let before = ticks();
            std::thread::sleep(Duration::from_secs(5));
            let after = ticks();
            (after != before).then_some((before, after))
        })
        .collect();
    assert!(used.len() < 3, "ticks of the client and both servers, before 5 s and after: {used:?}");
    assert_eq!(client.echo_i32(1).unwrap(), 1);
}
