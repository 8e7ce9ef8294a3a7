//! A server ends as a C program does, whatever its library is still doing; a start that fails shows what the library printed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::time::Duration;

use bridge32::{Error, ExitStatus, LibraryError};
use bridge32_tests::endings::{EndingsClient, EndingsLibrary, LIBRARY_64};
use bridge32_tests::pair::Pair;
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;

/// The number of threads that the library runs when its server ends.
const THREADS: i32 = 40;

/// How often a server ends with them. Before libraries stayed loaded, most of these ends were crashes.
const ENDS: usize = 8;

#[test]
fn a_library_s_threads_and_timers_may_run_when_its_server_ends() {
    let _watchdog = Watchdog::new("threads and timers");
    for _ in 0..ENDS {
        let client = EndingsClient::launch().unwrap();
        assert_eq!(client.start_threads(THREADS).unwrap(), THREADS);
        assert!(client.start_timer().unwrap());
        while client.ticks_so_far().unwrap() < 1000 {}
        client.print_unflushed("the last line").unwrap();
        let exit = client.shutdown().unwrap();
        // Wine's own process may get a signal while it ends one whose threads run. What became of the Windows process, the pair
        // `windows` sees.
        let is_wine_s_end = |status: &ExitStatus| {
            Pair::current() == Pair::LinuxWindows && status.code().is_none() && exit.stderr.is_empty()
        };
        let is_right = |status: &ExitStatus| status.success() || is_wine_s_end(status);
        assert!(exit.status.as_ref().is_some_and(is_right), "{exit:?}");
        assert_eq!(exit.stdout.trim_end(), "the last line", "{exit:?}");
    }
}

#[test]
fn exit_handlers_of_a_library_run() {
    let _watchdog = Watchdog::new("exit handlers");
    let client = EndingsClient::launch().unwrap();
    assert!(client.print_at_exit("farewell").unwrap());
    client.print_unflushed("the last line").unwrap();
    let exit = client.shutdown().unwrap();
    assert_eq!(exit.stdout.lines().collect::<Vec<_>>(), ["the last line", "farewell"]);
    assert!(exit.status.as_ref().is_some_and(ExitStatus::success), "{exit:?}");
}

#[test]
fn a_library_in_the_client_s_process_stays_loaded() {
    let _watchdog = Watchdog::new("in process");
    // SAFETY: the interface describes the library.
    let load = || unsafe { EndingsLibrary::load_from(LIBRARY_64) }.unwrap();
    let client = EndingsClient::in_process(load());
    assert_eq!(client.start_threads(4).unwrap(), 4);
    while client.ticks_so_far().unwrap() == 0 {
        std::thread::yield_now();
    }
    client.shutdown().unwrap();
    let client = EndingsClient::in_process(load());
    let before = client.ticks_so_far().unwrap();
    assert!(before > 0, "it is the same library");
    while client.ticks_so_far().unwrap() == before {
        std::thread::yield_now();
    }
}

/// Waits until the server has died, and returns what it wrote to standard error.
fn stderr_of_death(client: &EndingsClient) -> String {
    let error = loop {
        match client.ticks_so_far() {
            Ok(_) => std::thread::sleep(Duration::from_millis(10)),
            Err(error) => break error,
        }
    };
    let Error::ServerDied { stderr, .. } = error else { panic!("{error:?}") };
    stderr
}

#[test]
fn a_crash_on_a_thread_of_the_library_says_where() {
    let _watchdog = Watchdog::new("crash on a thread");
    let client = EndingsClient::launch().unwrap();
    assert!(client.crash_soon().unwrap());
    let stderr = stderr_of_death(&client);
    let library = if Pair::current().is_windows_server() { "endings.dll" } else { "libendings.so" };
    assert!(stderr.contains("the server crashed: "), "{stderr}");
    assert!(stderr.contains(&format!("{library} + 0x")), "{stderr}");
}

#[test]
fn a_library_may_handle_faults_itself_and_passes_others_on() {
    let _watchdog = Watchdog::new("own handler");
    let client = EndingsClient::launch().unwrap();
    assert_eq!(client.write_to_guarded_page(5).unwrap(), 5);
    assert!(client.crash_soon().unwrap());
    let stderr = stderr_of_death(&client);
    assert_eq!(stderr.matches("the server crashed: ").count(), 1, "{stderr}");
}

/// Launches with a library that refuses to be loaded in a certain way.
fn refused(how: &str) -> Error {
    let builder = EndingsClient::builder().env("BRIDGE32_TEST_LOAD", how);
    let limit = if how == "hang" { Duration::from_secs(2) } else { Duration::from_secs(60) };
    builder.start_timeout(limit).launch().unwrap_err()
}

#[test]
fn a_library_that_exits_while_it_is_loaded_has_printed_why() {
    let _watchdog = Watchdog::new("exit while loading");
    let error = refused("exit");
    let Error::ServerNotReady { status, stdout, .. } = &error else { panic!("{error:?}") };
    assert_eq!((status.code(), stdout.trim_end()), (Some(5), "this computer has no licence: exit"));
    assert!(error.to_string().contains("it wrote:\nthis computer has no licence: exit"), "{error}");
}

#[test]
fn a_library_that_hangs_while_it_is_loaded_has_printed_why() {
    let _watchdog = Watchdog::new("hang while loading");
    let error = refused("hang");
    let Error::StartTimeout { stdout, .. } = &error else { panic!("{error:?}") };
    assert_eq!(stdout.trim_end(), "this computer has no licence: hang");
    assert!(error.to_string().contains("it wrote:\nthis computer has no licence: hang"), "{error}");
}

#[test]
fn a_library_that_refuses_to_be_loaded_has_printed_why() {
    skip_on!(Pair::Linux, "only Windows lets a library refuse");
    let _watchdog = Watchdog::new("refusal");
    let error = refused("refuse");
    let Error::Library(LibraryError::Load { stdout, .. }) = &error else { panic!("{error:?}") };
    // It is asked once.
    assert_eq!(stdout.trim(), "this computer has no licence: refuse");
    assert!(error.to_string().contains("it wrote:\nthis computer has no licence: refuse"), "{error}");
}
