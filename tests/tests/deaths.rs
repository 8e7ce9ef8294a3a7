//! Servers that die in every way. The waiting call and all later ones return at once, with the name of the exit status and the
//! last lines of stderr.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::time::{Duration, Instant};

use bridge32::{Error, ExitStatus};
use bridge32_tests::faults::FaultsClient;
use bridge32_tests::pair::Pair;
use bridge32_tests::processes::kill;
use bridge32_tests::record::RecordClient;
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;

/// The limit for "at once" on a busy machine, where Wine starts a debugger first.
const AT_ONCE: Duration = Duration::from_secs(20);

/// Returns the exit status and the stderr of a server that `fatal` kills.
fn death<T: std::fmt::Debug>(fatal: impl FnOnce(&FaultsClient) -> Result<T, Error>) -> (ExitStatus, String) {
    let client = FaultsClient::launch().unwrap();
    client.write_stderr("the last line before").unwrap();
    let begin = Instant::now();
    let first = fatal(&client).unwrap_err();
    assert!(begin.elapsed() < AT_ONCE, "{first} took {:?}", begin.elapsed());
    let begin = Instant::now();
    for _ in 0..3 {
        let later = client.get_mode().unwrap_err();
        assert_eq!(later.to_string(), first.to_string(), "every call returns the same error");
        assert_eq!((later.method(), later.was_called()), (first.method(), Some(false)), "the later call was not made");
    }
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    // The error has no method if the death was known before the call.
    assert_eq!(first.was_called(), first.method().is_none().then_some(false));
    assert!(first.is_server_gone());
    let text = first.to_string();
    let Error::ServerDied { method, status, stderr, .. } = first else { panic!("{first:?}") };
    let cause = match (&method, status.name()) {
        (Some(method), Some("SIGSEGV" | "STATUS_ACCESS_VIOLATION")) => {
            format!("; most likely the declaration of `{method}` differs from the C header")
        }
        _ => String::new(),
    };
    let in_call = method.map(|method| format!(" in a call of `{method}`")).unwrap_or_default();
    assert!(text.starts_with(&format!("the server died{in_call}: {status}{cause}; it wrote:\n")), "{text}");
    assert!(stderr.contains("the last line before"), "{stderr}");
    println!("{text}");
    (status, stderr)
}

/// Checks the name of the status, which differs between Linux and Windows.
#[track_caller]
fn assert_named(status: &ExitStatus, linux: &str, windows: &str) {
    let expected = if Pair::current().is_windows_server() { windows } else { linux };
    assert_eq!(status.name(), Some(expected), "{status}");
}

#[test]
fn an_exit_is_reported() {
    let _watchdog = Watchdog::new("exit");
    let (status, _) = death(|client| client.exit_with(7));
    assert_eq!(status.code(), Some(7));
    assert_eq!(status.is_cut(), Pair::current() == Pair::LinuxWindows);
    let (status, _) = death(|client| client.exit_with(0));
    assert!(status.success(), "{status}");
}

#[test]
fn an_abort_is_reported() {
    let _watchdog = Watchdog::new("abort");
    let (status, stderr) = death(|client| client.abort_now());
    match Pair::current() {
        Pair::Linux => {
            assert_eq!(status.name(), Some("SIGABRT"));
            let (_, callers) = stderr.split_once("its stack has the return addresses").unwrap_or_default();
            assert!(callers.contains("libfaults.so + 0x"), "{stderr}");
        }
        // Visual C++'s uses `__fastfail`; older C runtimes, which mingw uses, exit with a code of their own.
        Pair::Windows if cfg!(target_env = "msvc") => assert_eq!(status.name(), Some("STATUS_STACK_BUFFER_OVERRUN")),
        Pair::Windows | Pair::LinuxWindows => assert_eq!(status.code(), Some(3)),
    }
}

/// The system ends the process without asking its handlers.
#[test]
fn a_fail_fast_is_reported() {
    skip_on!(Pair::Linux, "only Windows has it");
    let _watchdog = Watchdog::new("fail fast");
    let (status, stderr) = death(|client| client.fail_fast());
    match Pair::current() {
        Pair::Windows => assert_eq!(status.name(), Some("STATUS_STACK_BUFFER_OVERRUN"), "{status}"),
        // The lowest 8 bits of it.
        _ => assert_eq!((status.code(), status.is_cut()), (Some(0x09), true), "{status}"),
    }
    assert_eq!(stderr.trim(), "the last line before");
}

#[test]
fn an_invalid_write_is_reported() {
    let _watchdog = Watchdog::new("invalid write");
    let (status, stderr) = death(|client| client.write_to_nowhere());
    assert_named(&status, "SIGSEGV", "STATUS_ACCESS_VIOLATION");
    let place = match Pair::current() {
        Pair::Linux => "the server crashed: SIGSEGV at 0x10, in ",
        Pair::Windows | Pair::LinuxWindows => "the server crashed: exception 0xC0000005, in faults.dll + 0x",
    };
    assert!(stderr.contains(place), "{stderr}");
    let (library, callers) = if Pair::current().is_windows_server() {
        ("faults.dll + 0x", "faults-server32.exe + 0x")
    } else {
        ("libfaults.so + 0x", "faults-server32 + 0x")
    };
    assert!(stderr.contains(library) && stderr.contains(callers), "{stderr}");
}

#[test]
fn a_division_by_zero_is_reported() {
    let _watchdog = Watchdog::new("division");
    let (status, _) = death(|client| client.divide(1, 0));
    assert_named(&status, "SIGFPE", "STATUS_INTEGER_DIVIDE_BY_ZERO");
}

#[test]
fn exceptions_of_other_languages_are_named() {
    skip_on!(Pair::Linux, "only Windows has them");
    let _watchdog = Watchdog::new("exceptions");
    for (code, name) in [
        (0xE06D_7363, "C++ exception"),
        (0x0EED_FADE, "Delphi exception"),
        (0xE043_4352, ".NET exception"),
        (0xC000_008F, "STATUS_FLOAT_INEXACT_RESULT"),
        (0xC000_0090, "STATUS_FLOAT_INVALID_OPERATION"),
        (0xC000_02B5, "STATUS_FLOAT_MULTIPLE_TRAPS"),
    ] {
        let (status, stderr) = death(|client| client.raise_exception(code));
        assert_eq!((status.name(), status.code()), (Some(name), Some(code.cast_signed())), "{status}");
        assert!(stderr.contains(&format!("the server crashed: exception {code:#010X}, in ")), "{stderr}");
    }
}

#[test]
fn a_cpp_exception_that_leaves_the_library_is_reported() {
    let _watchdog = Watchdog::new("C++ exception");
    let client = RecordClient::launch().unwrap();
    let error = client.throw_out().unwrap_err();
    let Error::ServerDied { status, .. } = &error else { panic!("{error:?}") };
    println!("{error}");
    match Pair::current() {
        Pair::Linux => assert_eq!(status.name(), Some("SIGABRT")),
        Pair::Windows | Pair::LinuxWindows => assert!(!status.success(), "{status}"),
    }
}

#[test]
fn a_stack_overflow_is_reported() {
    let _watchdog = Watchdog::new("stack overflow");
    let (status, stderr) = death(|client| client.overflow_stack(1));
    match Pair::current() {
        // Rust's runtime detects the overflow, prints a message, and aborts.
        Pair::Linux => {
            assert_eq!(status.name(), Some("SIGABRT"));
            assert!(stderr.contains("has overflowed its stack"), "{stderr}");
        }
        // Windows reports STATUS_STACK_OVERFLOW; Wine ends only the thread, and then the server exits.
        Pair::Windows | Pair::LinuxWindows => {
            assert!(!status.success(), "{status}");
            let named = status.name() == Some("STATUS_STACK_OVERFLOW");
            assert!(named || stderr.contains("the thread that serves calls has ended"), "{status}: {stderr}");
        }
    }
}

#[test]
fn running_out_of_memory_in_rust_is_reported() {
    let _watchdog = Watchdog::new("no memory for Rust");
    let (status, stderr) = death(|client| client.allocate_without_end());
    assert!(!status.success(), "{status}");
    assert!(stderr.contains("memory allocation of 16777216 bytes failed"), "{stderr}");
    if Pair::current() == Pair::Linux {
        assert_eq!(status.name(), Some("SIGABRT"));
    }
}

#[test]
fn running_out_of_memory_for_a_message_is_reported() {
    let _watchdog = Watchdog::new("no memory for a message");
    let (_, stderr) = death(|client| {
        let allocated = client.exhaust_memory()?;
        assert!(allocated > 500 && allocated < 4096, "a 32-bit process has less than 4 GiB: {allocated} MiB");
        client.count_bytes(&"x".repeat(256 << 20))
    });
    assert!(stderr.contains("memory"), "{stderr}");
}

#[test]
fn a_kill_during_a_call_is_reported() {
    let _watchdog = Watchdog::new("killed in a call");
    let (status, _) = death(|client| {
        let pid = client.server_info().pid;
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            kill(pid);
        });
        client.nap(600_000)
    });
    // On Windows, the process that kills chooses the exit code.
    if Pair::current() != Pair::Windows {
        assert_eq!(status.name(), Some("SIGKILL"));
    }
}

#[test]
fn a_kill_while_idle_is_reported() {
    let _watchdog = Watchdog::new("killed while idle");
    let (status, _) = death(|client| {
        kill(client.server_info().pid);
        client.get_mode()
    });
    if Pair::current() != Pair::Windows {
        assert_eq!(status.name(), Some("SIGKILL"));
    }
}

#[test]
fn a_kill_before_the_first_call_is_reported() {
    let _watchdog = Watchdog::new("killed before the first call");
    let client = FaultsClient::launch().unwrap();
    kill(client.server_info().pid);
    std::thread::sleep(Duration::from_millis(500));
    assert!(matches!(client.get_mode(), Err(Error::ServerDied { .. })));
    let exit = client.shutdown().unwrap();
    assert!(!exit.status.unwrap().success() || Pair::current() == Pair::Windows);
}

#[test]
fn a_death_is_reported_to_every_waiting_thread() {
    let _watchdog = Watchdog::new("waiting threads");
    let client = FaultsClient::launch().unwrap();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| client.nap(600_000).unwrap_err())).collect();
        std::thread::sleep(Duration::from_millis(300));
        kill(client.server_info().pid);
        for thread in threads {
            let error = thread.join().unwrap();
            assert!(matches!(error, Error::ServerDied { .. }), "{error:?}");
        }
    });
}
