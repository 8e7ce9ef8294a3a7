//! Methods run on the main thread of a server, or on a thread for each connection.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::collections::HashSet;
use std::sync::Barrier;
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use bridge32::Transport;
use bridge32::{Error, Restart};
use bridge32_tests::pair::{self, Pair};
use bridge32_tests::skip::NO_LISTENING;
use bridge32_tests::skip_on;
use bridge32_tests::threads::{Multi, MultiClient, SingleClient};
use bridge32_tests::watchdog::Watchdog;

/// Runs `run` in several threads at once and collects the results.
fn at_once<T: Send>(threads: usize, run: impl Fn() -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(threads);
    std::thread::scope(|scope| {
        let one = || {
            barrier.wait();
            run()
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn a_single_thread_sees_one_call_at_a_time() {
    let _watchdog = Watchdog::new("a single thread");
    let client = SingleClient::launch().unwrap();
    let ids: HashSet<u32> =
        at_once(64, || (0..20).map(|_| client.stay(0).unwrap()).collect::<Vec<_>>()).into_iter().flatten().collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    if Pair::current() == Pair::Linux {
        assert!(ids.contains(&client.server_info().pid), "the id of the main thread is that of the process");
    }
    assert_eq!(client.most_inside().unwrap(), 1);
}

#[test]
fn each_connection_has_a_thread() {
    let _watchdog = Watchdog::new("a thread for each connection");
    let client = MultiClient::launch().unwrap();
    let ids: HashSet<u32> = at_once(64, || client.clone().stay(300).unwrap()).into_iter().collect();
    assert!(ids.len() > 16, "{} threads for 64 calls", ids.len());
    assert!(client.most_inside().unwrap() > 16);
    let before = ids.len();
    let again: HashSet<u32> = at_once(8, || client.stay(20).unwrap()).into_iter().collect();
    assert!(again.is_subset(&ids), "connections are reused: {again:?}, {before} before");
    let exit = client.shutdown().unwrap();
    assert_eq!(exit.status.unwrap().to_string(), "it ended with code 0", "{exit:?}");
    assert!(matches!(client.stay(0), Err(Error::Shutdown)));
}

#[test]
fn a_closure_calls_on_the_connection_of_its_call() {
    let _watchdog = Watchdog::new("closures on connections");
    let client = MultiClient::launch().unwrap();
    let results = at_once(8, || {
        let mut inner = None;
        let outer = client.through(1, |value| {
            let first = client.stay(10).unwrap();
            let second = client.through(0, |_| client.stay(0).unwrap().cast_signed()).unwrap().cast_unsigned();
            inner = Some((first, second));
            value + 1
        });
        assert_eq!(outer.unwrap(), 2);
        inner.unwrap()
    });
    let threads: HashSet<u32> = results.iter().map(|(first, _)| *first).collect();
    assert_eq!(threads.len(), 8, "calls at the same time have separate connections: {results:?}");
    assert!(results.iter().all(|(first, second)| first == second), "{results:?}");
}

#[test]
fn a_death_ends_every_connection_and_so_does_a_restart() {
    let _watchdog = Watchdog::new("deaths and connections");
    let restart = Restart::OnFailure { max: 3, within: Duration::from_secs(60), backoff: Duration::ZERO };
    let client = MultiClient::builder().restart(restart).launch().unwrap();
    at_once(8, || client.stay(10).unwrap());
    let barrier = Barrier::new(5);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                barrier.wait();
                let result = client.stay(20_000);
                assert!(matches!(result, Err(Error::ServerDied { .. })), "{result:?}");
            });
        }
        barrier.wait();
        std::thread::sleep(Duration::from_millis(200));
        let died = client.die();
        assert!(matches!(died, Err(Error::ServerDied { .. })), "{died:?}");
    });
    let ids: HashSet<u32> = at_once(8, || client.stay(100).unwrap()).into_iter().collect();
    assert!(ids.len() > 1, "{ids:?}");
    assert_eq!(client.server_info().generation, 2);
}

#[test]
fn a_timeout_on_one_connection_ends_the_server() {
    let _watchdog = Watchdog::new("deadlines and connections");
    let client = MultiClient::builder().call_timeout(Duration::from_millis(500)).launch().unwrap();
    assert!(client.stay(1).is_ok());
    let hung = client.hang();
    assert!(matches!(hung, Err(Error::Timeout { .. })), "{hung:?}");
    let later = client.stay(1);
    assert!(matches!(later, Err(Error::ServerDied { .. } | Error::GivenUp { .. })), "{later:?}");
}

#[test]
fn shutdown_waits_for_running_calls() {
    let _watchdog = Watchdog::new("shutdown and connections");
    let client = MultiClient::launch().unwrap();
    std::thread::scope(|scope| {
        let long = scope.spawn(|| client.stay(1000));
        std::thread::sleep(Duration::from_millis(300));
        let begin = Instant::now();
        let exit = client.shutdown().unwrap();
        assert_eq!(exit.status.unwrap().to_string(), "it ended with code 0");
        assert!(begin.elapsed() > Duration::from_millis(300), "{:?}", begin.elapsed());
        assert!(long.join().unwrap().is_ok());
    });
}

#[test]
fn dropping_a_clone_does_not_interrupt_calls() {
    let _watchdog = Watchdog::new("clones and connections");
    let client = MultiClient::launch().unwrap();
    std::thread::scope(|scope| {
        let other = client.clone();
        let long = scope.spawn(move || other.stay(300));
        std::thread::sleep(Duration::from_millis(100));
        drop(client);
        assert!(long.join().unwrap().is_ok());
    });
}

#[test]
fn a_listening_server_has_a_thread_for_each_connection() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("a listening server with connections");
    let name = format!("bridge32-multi-{}", std::process::id());
    let mut server = std::process::Command::new(pair::server("multi")).args(["--listen", &name]).spawn().unwrap();
    let client = loop {
        match MultiClient::connect(&name) {
            Ok(client) => break client,
            Err(Error::Connect { .. }) => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => panic!("{error}"),
        }
    };
    let ids: HashSet<u32> = at_once(4, || client.stay(200).unwrap()).into_iter().collect();
    assert_eq!(ids.len(), 4);
    drop(client);
    server.kill().unwrap();
    server.wait().unwrap();
}

struct Mock(Barrier);

impl Multi for Mock {
    fn stay(&self, _: i32) -> u32 {
        // Returns only when two calls are running.
        self.0.wait();
        1
    }
    fn most_inside(&self) -> i32 {
        2
    }
    fn through(&self, value: i32, f: &mut (dyn FnMut(i32) -> i32 + Send)) -> i32 {
        f(value)
    }
    fn die(&self) {}
    fn hang(&self) {}
}

#[test]
fn calls_run_at_the_same_time_in_process() {
    let _watchdog = Watchdog::new("connections in this process");
    let client = MultiClient::in_process(Mock(Barrier::new(2)));
    assert_eq!(at_once(2, || client.stay(0).unwrap()), [1, 1]);
    assert_eq!(client.through(1, |x| x + client.most_inside().unwrap()).unwrap(), 3);
}

/// The number of a server's connections that use shared memory.
#[cfg(target_os = "linux")]
fn shared_memories(pid: u32) -> usize {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    maps.lines().filter(|line| line.contains("memfd:bridge32")).count()
}

#[cfg(target_os = "linux")]
#[test]
fn extra_connections_use_shared_memory_until_there_are_many() {
    let _watchdog = Watchdog::new("shared-memory connections");
    for (transport, threads, expected) in
        [(Transport::Pipe, 8, 0), (Transport::SharedMemory, 8, 9), (Transport::SharedMemory, 40, 17)]
    {
        let client = MultiClient::builder().transport(transport).launch().unwrap();
        at_once(threads, || client.stay(300).unwrap());
        assert_eq!(shared_memories(client.server_info().pid), expected, "{transport:?} of {threads} threads");
        // All connections work.
        assert_eq!(at_once(threads, || client.through(5, |value| value + 1).unwrap()), vec![6; threads]);
    }
}
