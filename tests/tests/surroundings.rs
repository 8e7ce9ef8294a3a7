//! Programs in real surroundings: folders, environment variables and locales that are not what a developer's machine has.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::path::PathBuf;
use std::process::Command;

use bridge32_tests::pair::{self, Pair};
use bridge32_tests::skip_on;
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
        println!("code page {}", client.code_page().unwrap());
        return;
    }
    let code_page = |locale: &str| {
        let text = again("a_path_with_umlauts_is_found_without_a_locale", |command| {
            command.env_remove("LC_CTYPE").env_remove("LANG").env("LC_ALL", locale);
        });
        assert!(text.contains("1 passed"), "{text}");
        text.lines().find(|line| line.contains("code page")).unwrap().to_owned()
    };
    // The text of the library's calls means the same in both.
    assert_eq!(code_page("C"), code_page("C.UTF-8"));
}
