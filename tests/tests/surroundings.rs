//! Programs in real surroundings: folders, environment variables and locales that are not what a developer's machine has.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

#[cfg(unix)]
use std::fs::Permissions;
use std::path::PathBuf;
use std::process::Command;

use bridge32::{Error, LibraryError};
use bridge32_runtime::Builder;
use bridge32_tests::interfaces::DependentClient;
use bridge32_tests::pair::{self, Pair};
use bridge32_tests::processes::copy_program;
use bridge32_tests::skip_on;
#[cfg(target_os = "linux")]
use bridge32_tests::skip_unless;
use bridge32_tests::surroundings::SurroundingsClient;
use bridge32_tests::watchdog::Watchdog;

/// The variable that tells this program that it was started by a test, and is to run a part of it.
const PART: &str = "BRIDGE32_TEST_PART";

/// Runs the test `name` of this program again, in another process with other surroundings, and returns what it printed. In that
/// process, [`is_part`] is true.
fn again(name: &str, configure: impl FnOnce(&mut Command)) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([name, "--exact", "--nocapture"]).env(PART, name);
    configure(&mut command);
    let output = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{name}: {text}");
    text
}

fn is_part() -> bool {
    std::env::var_os(PART).is_some()
}

#[test]
fn a_server_starts_whatever_tmpdir_is() {
    skip_on!(Pair::Windows, "pipes of Windows are in no folder");
    let _watchdog = Watchdog::new("TMPDIR");
    if is_part() {
        assert_eq!(SurroundingsClient::launch().unwrap().total(&[1.0, 2.0]).unwrap(), 3.0);
        return;
    }
    let long = tempfile::tempdir().unwrap();
    let long_dir = long.path().join("x".repeat(120));
    std::fs::create_dir(&long_dir).unwrap();
    for dir in [&long_dir, &long.path().join("missing")] {
        let text = again("a_server_starts_whatever_tmpdir_is", |command| {
            command.env("TMPDIR", dir).env_remove("XDG_RUNTIME_DIR");
        });
        assert!(text.contains("1 passed"), "{text}");
    }
}

/// A library's folder as customers name them.
fn folder_with_umlauts() -> (tempfile::TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("Prüfstand Süd");
    std::fs::create_dir(&folder).unwrap();
    let library = pair::library("surroundings");
    let copy = folder.join(library.file_name().unwrap());
    std::fs::copy(&library, &copy).unwrap();
    (parent, copy)
}

#[test]
fn a_path_with_umlauts_is_found_without_a_locale() {
    let _watchdog = Watchdog::new("locale");
    let (_parent, library) = folder_with_umlauts();
    if is_part() {
        let client = SurroundingsClient::builder().library(&library).launch().unwrap();
        assert_eq!(client.total(&[1.0]).unwrap(), 1.0);
        return;
    }
    let text = again("a_path_with_umlauts_is_found_without_a_locale", |command| {
        command.env_remove("LC_CTYPE").env_remove("LANG").env("LC_ALL", "C");
    });
    assert!(text.contains("1 passed"), "{text}");
}

/// A builder that needs no environment variable.
fn builder() -> Builder<SurroundingsClient> {
    let runner: &[&str] = if Pair::current() == Pair::LinuxWindows { &["wine"] } else { &[] };
    SurroundingsClient::builder().server(pair::server("surroundings")).runner(runner.iter().copied())
}

#[test]
fn a_client_can_ignore_the_environment() {
    let _watchdog = Watchdog::new("ignored environment");
    if is_part() {
        let error = SurroundingsClient::launch().unwrap_err();
        assert!(matches!(error, Error::Transport { .. }), "{error:?}");
        assert_eq!(builder().ignore_environment().launch().unwrap().total(&[1.0]).unwrap(), 1.0);
        return;
    }
    let text = again("a_client_can_ignore_the_environment", |command| {
        command.env("BRIDGE32_TRANSPORT", "nonsense");
    });
    assert!(text.contains("1 passed"), "{text}");
}

/// A copy of this program that is setuid root, run by another user.
#[cfg(target_os = "linux")]
#[test]
fn a_program_with_more_rights_than_its_user_ignores_the_environment() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    let _watchdog = Watchdog::new("setuid");
    if is_part() {
        let error = SurroundingsClient::launch().unwrap_err();
        assert!(matches!(error, Error::ServerNotFound { .. }), "{error:?}");
        println!("{error}");
        return;
    }
    skip_unless!(
        std::fs::metadata("/proc/self").unwrap().uid() == 0,
        "only root can make a program setuid for another user"
    );
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    let copy = dir.path().join("program");
    copy_program(&std::env::current_exe().unwrap(), &copy).unwrap();
    let name = "a_program_with_more_rights_than_its_user_ignores_the_environment";
    for (mode, is_obeyed) in [(0o755, true), (0o4755, false)] {
        std::fs::set_permissions(&copy, Permissions::from_mode(mode)).unwrap();
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&copy).args([
            name,
            "--exact",
            "--nocapture",
        ]);
        command.env(PART, name).env("BRIDGE32_SERVER_SURROUNDINGS", "/planted/server").current_dir("/");
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("no 32-bit server"), "{output:?}");
        assert_eq!(text.contains("/planted/server"), is_obeyed, "{text}");
        assert_eq!(text.contains("more rights than the user who started it"), !is_obeyed, "{text}");
    }
}

#[cfg(unix)]
#[test]
fn the_runner_in_the_environment_may_have_spaces() {
    use std::os::unix::fs::PermissionsExt as _;

    let _watchdog = Watchdog::new("runner with spaces");
    if is_part() {
        assert_eq!(SurroundingsClient::launch().unwrap().total(&[1.0]).unwrap(), 1.0);
        return;
    }
    let dir = tempfile::Builder::new().prefix("my runners ").tempdir().unwrap();
    let script = dir.path().join("run it");
    let command = if Pair::current() == Pair::LinuxWindows { "wine" } else { "" };
    std::fs::write(&script, format!("#!/bin/sh\ntest \"$1\" = 'two words' || exit 1\nshift\nexec {command} \"$@\"\n"))
        .unwrap();
    std::fs::set_permissions(&script, Permissions::from_mode(0o755)).unwrap();
    let server = pair::server("surroundings");
    let text = again("the_runner_in_the_environment_may_have_spaces", |command| {
        command.env("BRIDGE32_RUNNER", format!("\"{}\" 'two words'", script.display()));
        command.env("BRIDGE32_SERVER_SURROUNDINGS", server);
    });
    assert!(text.contains("1 passed"), "{text}");
}

#[test]
fn a_relative_server_is_found_whatever_its_current_folder_is() {
    let _watchdog = Watchdog::new("relative server");
    let server = pair::server("surroundings");
    if is_part() {
        let elsewhere = tempfile::tempdir().unwrap();
        let builder = builder().server(server.file_name().unwrap()).current_dir(elsewhere.path());
        assert_eq!(builder.launch().unwrap().total(&[1.0]).unwrap(), 1.0);
        return;
    }
    let text = again("a_relative_server_is_found_whatever_its_current_folder_is", |command| {
        command.current_dir(server.parent().unwrap()).env("BRIDGE32_SERVER_SURROUNDINGS", &server);
    });
    assert!(text.contains("1 passed"), "{text}");
}

/// The error of Windows for a library that is not found.
const NOT_FOUND: i32 = -126;

#[test]
fn a_library_finds_others_in_its_own_folder_and_not_in_the_current_one() {
    skip_on!(Pair::Linux, "Linux searches neither the folder of a library nor the current one");
    let _watchdog = Watchdog::new("helper");
    let (own, current) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let library = own.path().join("surroundings.dll");
    std::fs::copy(pair::library("surroundings"), &library).unwrap();
    // Any other library, planted under this name.
    std::fs::copy(pair::library("surroundings"), current.path().join("companion.dll")).unwrap();
    let call =
        || builder().library(&library).current_dir(current.path()).launch().unwrap().call_helper("companion.dll");
    assert_eq!(call().unwrap(), NOT_FOUND);
    std::fs::copy(pair::library("helping"), own.path().join("companion.dll")).unwrap();
    assert_eq!(call().unwrap(), 7);
}

#[test]
fn a_library_finds_others_in_the_folders_of_library_dir() {
    skip_on!(Pair::Linux, "a library for Linux finds what it is linked to there, and opens others by their paths");
    let _watchdog = Watchdog::new("folders");
    let (other, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::copy(pair::library("helping"), other.path().join("companion.dll")).unwrap();
    let found = |builder: Builder<SurroundingsClient>| builder.launch().unwrap().call_helper("companion.dll").unwrap();
    assert_eq!(found(builder()), NOT_FOUND);
    assert_eq!(found(builder().library_dir(own.path()).library_dir(other.path())), 7);
}

#[test]
fn a_library_finds_the_assemblies_of_its_manifest() {
    skip_on!(Pair::Linux, "libraries for Linux have no manifests");
    let _watchdog = Watchdog::new("manifest");
    let library = pair::library("assembled");
    let client = DependentClient::builder().library(&library).launch().unwrap();
    assert_eq!(client.from_both().unwrap(), 43);
    let alone = tempfile::tempdir().unwrap();
    let copy = alone.path().join("assembled.dll");
    std::fs::copy(&library, &copy).unwrap();
    let error = DependentClient::builder().library(&copy).launch().unwrap_err();
    assert!(matches!(error, Error::Library(LibraryError::MissingDependency { .. })), "{error:?}");
    assert!(error.to_string().contains("needs parts.dll, which was not found"), "{error}");
}

#[test]
fn paths_that_cannot_be_used_are_refused_with_their_reason() {
    let _watchdog = Watchdog::new("paths");
    let error = builder().library("").launch().unwrap_err();
    assert!(matches!(error, Error::Path { .. }), "{error:?}");
    assert!(error.to_string().contains("is empty"), "{error}");
    let error = builder().library_dir("/no/such/folder").launch().unwrap_err();
    assert!(matches!(error, Error::Library(LibraryError::NoFolder { .. })), "{error:?}");
    assert!(error.to_string().contains("folder"), "{error}");
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;

        let path = std::ffi::OsStr::from_bytes(b"/opt/Pr\xfcfstand/x.so");
        let error = builder().library(path).launch().unwrap_err();
        assert!(matches!(error, Error::Path { .. }), "{error:?}");
        assert!(error.to_string().contains("is not Unicode"), "{error}");
    }
}

#[test]
fn the_error_for_an_optional_function_lists_similar_names() {
    let _watchdog = Watchdog::new("optional");
    let error = builder().launch().unwrap().misspelled().unwrap_err();
    assert!(matches!(error, Error::SymbolMissing { .. }), "{error:?}");
    assert!(error.to_string().contains("does not export `USER`; it has `user`"), "{error}");
}

/// Loads a plug-in that contains a client, in another folder than this program, and asks it where its server is.
#[test]
fn a_client_in_a_plug_in_finds_the_server_next_to_it() {
    let _watchdog = Watchdog::new("plug-in");
    let dir = tempfile::tempdir().unwrap();
    let built = pair::plug_in();
    let plug_in = dir.path().join(built.file_name().unwrap());
    for (from, to) in [
        (&built, &plug_in),
        (&pair::server("surroundings"), &dir.path().to_owned()),
        (&pair::library("surroundings"), &dir.path().to_owned()),
    ] {
        let to = if to.is_dir() { to.join(from.file_name().unwrap()) } else { to.clone() };
        copy_program(from, &to).unwrap();
    }
    // SAFETY: its initialization does nothing.
    let plug_in = unsafe { libloading::Library::new(&plug_in) }.unwrap();
    // SAFETY: the plug-in declares the function like this.
    let start = unsafe { plug_in.get::<extern "C" fn(*mut u8, usize) -> usize>("server_path") }.unwrap();
    let mut path = vec![0; 4096];
    let length = start(path.as_mut_ptr(), path.len());
    let path = std::str::from_utf8(&path[..length]).unwrap();
    let path = match Pair::current() {
        // A server under Wine reports its path as Windows has it.
        Pair::LinuxWindows => PathBuf::from(path.strip_prefix("Z:").expect(path).replace('\\', "/")),
        _ => PathBuf::from(path),
    };
    assert_eq!(path.parent().unwrap().canonicalize().unwrap(), dir.path().canonicalize().unwrap());
    // Threads of the client run its code.
    std::mem::forget(plug_in);
}
