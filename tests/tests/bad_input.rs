//! Each mistake of the user has its own error, which is returned at once and names the remedy.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::error::Error as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bridge32::{Difference, Error, LibraryError};
use bridge32_tests::interfaces::{AssemblyClient, DependentClient, FixtureClient, StoreArgs, StoreClient, new, old};
use bridge32_tests::pair::{self, Pair};
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;

/// Returns the error of a launch that must fail without waiting for the start timeout.
fn refused_launch<T: std::fmt::Debug>(launch: impl FnOnce() -> Result<T, Error>) -> Error {
    let begin = Instant::now();
    let error = launch().unwrap_err();
    assert!(begin.elapsed() < Duration::from_secs(8), "{error} took {:?}", begin.elapsed());
    error
}

#[track_caller]
fn assert_mentions(error: &Error, parts: &[&str]) {
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing in: {text}");
    }
}

/// A small library for one of the systems: a seed of the fuzz targets.
fn example_image(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds/image").join(name)
}

#[test]
fn a_missing_server_is_reported() {
    let _watchdog = Watchdog::new("no server");
    let error = refused_launch(|| FixtureClient::builder().server("nowhere/server").launch());
    assert!(matches!(error, Error::ServerNotFound { .. }), "{error:?}");
    assert_mentions(&error, &["fixture-server32", "cargo bridge32 build", "nowhere", "BRIDGE32_SERVER_FIXTURE"]);
}

#[test]
fn a_text_file_is_not_a_server() {
    let _watchdog = Watchdog::new("text server");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("server");
    fs::write(&path, "not a program").unwrap();
    let error = refused_launch(|| FixtureClient::builder().server(&path).runner([""; 0]).launch());
    assert!(matches!(error, Error::ServerNotAProgram { .. }), "{error:?}");
    assert_mentions(&error, &["not a program", "cargo bridge32 build"]);
}

#[test]
fn a_program_is_not_its_own_server() {
    let _watchdog = Watchdog::new("own server");
    let this = std::env::current_exe().unwrap();
    let error = refused_launch(|| FixtureClient::builder().server(&this).launch());
    assert!(matches!(error, Error::ServerNotAProgram { .. }), "{error:?}");
    assert_mentions(&error, &["this program itself", "cargo bridge32 build"]);
}

#[test]
fn a_program_for_another_system_is_not_a_server() {
    let _watchdog = Watchdog::new("foreign server");
    let (image, parts) = if cfg!(windows) {
        ("elf32.so", ["program for Linux", "cargo bridge32 build"])
    } else {
        ("pe32.dll", ["program for Windows", ".runner([\"wine\"])"])
    };
    let error = refused_launch(|| FixtureClient::builder().server(example_image(image)).runner([""; 0]).launch());
    assert!(matches!(error, Error::ServerNotAProgram { .. }), "{error:?}");
    assert_mentions(&error, &parts);
}

#[test]
fn a_server_without_permission_to_be_executed_is_reported() {
    skip_on!(Pair::Windows | Pair::LinuxWindows, "Windows has no such permission, and Wine does not look at it");
    let _watchdog = Watchdog::new("not executable");
    let dir = tempfile::tempdir().unwrap();
    let copy = dir.path().join("fixture-server32");
    // Not `fs::copy`, which copies the permissions, too.
    fs::write(&copy, fs::read(pair::server("fixture")).unwrap()).unwrap();
    let error = refused_launch(|| FixtureClient::builder().server(&copy).launch());
    assert!(matches!(error, Error::ServerNotAProgram { .. }), "{error:?}");
    assert_mentions(&error, &["fixture-server32", "not permitted to execute", "chmod +x", "noexec"]);
}

#[test]
fn a_program_that_exits_at_once_is_not_a_server() {
    let _watchdog = Watchdog::new("not a server");
    // It rejects the option that a client passes to a server, and exits.
    let program = if cfg!(windows) { r"C:\windows\system32\hostname.exe" } else { "/bin/false" };
    let error = refused_launch(|| FixtureClient::builder().server(program).runner([""; 0]).launch());
    assert!(matches!(error, Error::ServerNotReady { .. }), "{error:?}");
    assert_mentions(&error, &["ended before it was ready", "code 1"]);
}

#[test]
fn a_missing_runner_is_reported() {
    let _watchdog = Watchdog::new("no runner");
    let error = refused_launch(|| FixtureClient::builder().runner(["no-such-runner"]).launch());
    assert!(matches!(error, Error::Spawn { .. }), "{error:?}");
    assert_mentions(&error, &["no-such-runner"]);
    assert!(error.source().is_some());
}

#[test]
fn a_server_that_is_never_ready_is_given_up() {
    let _watchdog = Watchdog::new("never ready");
    let begin = Instant::now();
    let builder = FixtureClient::builder().server(pair::server("fixture")).runner([env!("CARGO_BIN_EXE_sleeper")]);
    let error = builder.start_timeout(Duration::from_millis(300)).launch().unwrap_err();
    assert!(matches!(error, Error::StartTimeout { .. }), "{error:?}");
    assert_mentions(&error, &["300ms", "was ended"]);
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
fn each_difference_from_an_older_interface_is_listed() {
    let _watchdog = Watchdog::new("version");
    old::GaugeClient::launch().unwrap().set_range(1).unwrap();

    let error = refused_launch(new::GaugeClient::launch);
    let Error::InterfaceMismatch { interface, differences, .. } = &error else { panic!("{error:?}") };
    assert_eq!(interface, "Gauge");
    let changed = |client: &str, server: &str| Difference::Changed { client: client.into(), server: server.into() };
    assert_eq!(
        *differences,
        [
            changed("set_range(range: i64)", "set_range(range: i32)"),
            changed(
                "read(channel: u8) -> Reading where Reading = { value: f64, unit: String }",
                "read(channel: u8) -> Reading where Reading = { value: f64 }",
            ),
            Difference::OnlyInClient("reset(hard: bool) -> i32".into()),
            Difference::OnlyInServer("beep()".into()),
        ]
    );
    assert_mentions(&error, &["`set_range`", "range: i64", "range: i32", "`reset`", "`beep`", "cargo bridge32 build"]);
}

#[test]
fn a_server_of_another_interface_is_refused() {
    let _watchdog = Watchdog::new("interface");
    let error = refused_launch(|| FixtureClient::builder().server(pair::server("gauge")).launch());
    assert_mentions(&error, &["`Fixture` here and `Gauge` in the server"]);
}

#[test]
fn a_missing_library_is_reported() {
    let _watchdog = Watchdog::new("missing library");
    let error = refused_launch(|| FixtureClient::builder().library("nowhere/libnothing").launch());
    assert!(matches!(error, Error::Library(LibraryError::NotFound { .. })), "{error:?}");
    assert_mentions(&error, &["libnothing", "was not found", ".library(path)"]);

    let error = refused_launch(|| FixtureClient::builder().library("nothing-of-this-name").launch());
    assert!(matches!(error, Error::Library(LibraryError::NotFound { .. })), "{error:?}");
    assert_mentions(&error, &["nothing-of-this-name", "the system's folders"]);
}

#[test]
fn a_64_bit_library_is_reported() {
    let _watchdog = Watchdog::new("64-bit library");
    let error = refused_launch(|| FixtureClient::builder().library(pair::library_64()).launch());
    assert!(matches!(error, Error::Library(LibraryError::WrongArchitecture { .. })), "{error:?}");
    assert_mentions(&error, &["is a 64-bit (x86_64) library; this server is 32-bit (x86)"]);
}

#[test]
fn a_text_file_is_not_a_library() {
    let _watchdog = Watchdog::new("text library");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("library.dll");
    fs::write(&path, "this is text").unwrap();
    let error = refused_launch(|| FixtureClient::builder().library(&path).launch());
    assert!(matches!(error, Error::Library(LibraryError::NotALibrary { .. })), "{error:?}");
    assert_mentions(&error, &["it is a text file"]);
}

#[test]
fn a_library_for_another_system_is_reported() {
    let _watchdog = Watchdog::new("foreign library");
    let (image, parts) = if Pair::current().is_windows_server() {
        ("elf32.so", ["not a shared library for Windows", "for Linux"])
    } else {
        ("pe32.dll", ["not a shared library for Linux", "for Windows"])
    };
    let error = refused_launch(|| FixtureClient::builder().library(example_image(image)).launch());
    assert_mentions(&error, &parts);
}

#[test]
fn all_missing_symbols_are_listed() {
    let _watchdog = Watchdog::new("symbols");
    let error = refused_launch(|| FixtureClient::builder().library(pair::library("incomplete")).launch());
    let Error::Library(LibraryError::MissingSymbols { missing, .. }) = &error else { panic!("{error:?}") };
    assert!(missing.iter().any(|symbol| symbol.method == "echo_i32"));
    assert!(missing.iter().all(|symbol| symbol.method != "echo_i64"), "it is exported");
    assert!(missing.iter().all(|symbol| symbol.method != "absent"), "it is optional");
    assert_mentions(&error, &["`echo_i32`: no symbol echo_i32; the library has `ECHO_I32`", "`greeting`"]);
}

#[test]
fn a_missing_dependency_is_named_and_found_in_library_dir() {
    let _watchdog = Watchdog::new("dependency");
    let error = refused_launch(DependentClient::launch);
    assert!(matches!(error, Error::Library(LibraryError::MissingDependency { .. })), "{error:?}");
    assert_mentions(&error, &["dependency", "was not found", ".library_dir(dir)"]);
    assert!(error.source().is_some(), "the error of the operating system");

    // The build of the servers puts it in a separate folder, like the build of this program.
    let build = pair::server_dir().join("build");
    let hidden =
        build.read_dir().unwrap().flatten().map(|entry| entry.path().join("out/hidden")).find(|dir| dir.exists());
    let client = DependentClient::builder().library_dir(hidden.unwrap()).launch().unwrap();
    assert_eq!(client.from_both().unwrap(), 43);
}

#[test]
fn missing_and_rejected_start_arguments_are_reported() {
    let _watchdog = Watchdog::new("start arguments");
    let error = refused_launch(StoreClient::launch);
    assert_mentions(&error, &["start arguments of `Store` are missing", ".start_args("]);
    let error = refused_launch(|| StoreClient::builder().start_args(StoreArgs::default()).launch());
    assert!(matches!(error, Error::ServerStart { .. }), "{error:?}");
    assert_mentions(&error, &["a store without capacity is of no use", "the store has looked for its capacity"]);
}

#[test]
fn arguments_that_cannot_be_passed_are_refused_before_the_call() {
    let _watchdog = Watchdog::new("arguments");
    let client = FixtureClient::launch().unwrap();
    for (error, parts) in [
        (client.text_length("a\0b").unwrap_err(), ["`text_length`: the argument `text`", "NUL"]),
        (client.optional_text_length(Some("\0")).unwrap_err(), ["`optional_text_length`: the argument `text`", "NUL"]),
        (client.count_small(&[0; 256]).unwrap_err(), ["`values` has 256 elements", "`count: u8`"]),
        (client.dot(&[1.0], &[1.0, 2.0]).unwrap_err(), ["`y` has 2 elements and `x` has 1", "`count`"]),
    ] {
        assert!(matches!(error, Error::Argument { .. }), "{error:?}");
        assert_mentions(&error, &parts);
    }
    assert_eq!(client.echo_i32(1).unwrap(), 1, "the client still works");
}

#[test]
fn an_argument_that_is_too_large_is_refused_before_the_call() {
    let _watchdog = Watchdog::new("too large");
    let client = FixtureClient::launch().unwrap();
    // Zeroed pages that are never touched use no memory.
    let error = client.sum_u8(&vec![0; 3 << 30]).unwrap_err();
    assert!(matches!(error, Error::Argument { .. }), "{error:?}");
    assert_mentions(&error, &["`sum_u8`: the argument `values`", "more than 1073741824 bytes"]);
    assert_eq!(client.echo_i32(1).unwrap(), 1, "the client still works");
}

#[test]
fn an_invalid_result_of_the_library_is_a_fault() {
    let _watchdog = Watchdog::new("faults");
    let client = FixtureClient::launch().unwrap();
    let error = client.no_text().unwrap_err();
    assert_mentions(&error, &["`no_text`: the library returned a null pointer", "Option<String>"]);
    let error = client.not_utf8().unwrap_err();
    assert_mentions(&error, &["`not_utf8`: the library returned text that is not UTF-8"]);
    assert_eq!(client.echo_i32(1).unwrap(), 1, "the server still runs");
}

#[test]
fn a_panic_in_the_server_is_reported_with_its_location() {
    let _watchdog = Watchdog::new("panic");
    let client = FixtureClient::launch().unwrap();
    let error = client.panic("out of paper").unwrap_err();
    let Error::Panic { method, message, location, .. } = &error else { panic!("{error:?}") };
    assert_eq!((method.as_str(), message.as_str()), ("panic", "out of paper"));
    assert!(location.contains("interfaces.rs:"), "{location}");
    assert_eq!(client.echo_i32(1).unwrap(), 1, "the server still runs");
}

#[test]
fn connecting_to_a_name_without_a_server_is_reported() {
    let _watchdog = Watchdog::new("connect");
    let error = refused_launch(|| FixtureClient::connect("nobody-has-this-name"));
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    assert_mentions(&error, &["fixture-server32 --listen nobody-has-this-name"]);
}

/// On Windows, the .NET Framework reports this error; Wine has neither it nor Mono.
#[test]
fn a_native_library_is_not_an_assembly() {
    let _watchdog = Watchdog::new("native library as assembly");
    let is_wine = Pair::current() == Pair::LinuxWindows || std::env::var_os("WINEPREFIX").is_some();
    let error = refused_launch(|| AssemblyClient::builder().library(pair::library("fixture")).launch());
    if Pair::current().is_windows_server() && is_wine {
        assert!(matches!(error, Error::Library(LibraryError::NoManagedRuntime { .. })), "{error:?}");
        let tried = ["the .NET Framework: mscoree.dll could not be loaded (", "Mono: mono-2.0-sgen.dll ("];
        assert_mentions(
            &error,
            &["no .NET was found for a 32-bit (x86) process on windows; install", tried[0], tried[1]],
        );
    } else {
        assert!(matches!(error, Error::Library(LibraryError::NotAnAssembly { .. })), "{error:?}");
        assert_mentions(&error, &["fixture", "is not a .NET assembly: it is "]);
    }
}

#[test]
fn a_missing_assembly_is_reported() {
    let _watchdog = Watchdog::new("no assembly");
    let error = refused_launch(AssemblyClient::launch);
    assert!(matches!(error, Error::Library(LibraryError::NotFound { .. })), "{error:?}");
    assert_mentions(&error, &["the library `assembly` was not found", "assembly.dll"]);
}
