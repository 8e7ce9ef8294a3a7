//! Servers in sandboxes, and as another user. `docs/sandbox.md` has the commands, all of which are run here.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bridge32::{Error, Transport};
use bridge32_runtime::Builder;
use bridge32_tests::pair::{self, Pair};
use bridge32_tests::processes::{copy_program, running};
use bridge32_tests::surroundings::SurroundingsClient;
use bridge32_tests::watchdog::Watchdog;
use bridge32_tests::{skip_on, skip_unless};
use tempfile::TempDir;

const NO_WINE: &str = "Wine in a sandbox, or as another user, needs a Wine prefix of its own";
const NO_NAMESPACES: &str = "this system lets this user make no namespaces, or bubblewrap is not installed";
const NOT_ROOT: &str = "only root can become another user";

/// `nobody` of every distribution.
const OTHER_USER: u32 = 65534;

fn has_namespaces() -> bool {
    let mut command = Command::new("bwrap");
    command.args(["--unshare-all", "--ro-bind", "/", "/", "true"]).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// A folder that other users can read, with the server and its library.
fn deployed() -> TempDir {
    let dir = tempfile::Builder::new().prefix("instrument-").tempdir().unwrap();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    for file in [pair::server("surroundings"), pair::library("surroundings")] {
        let to = dir.path().join(file.file_name().unwrap());
        copy_program(&file, &to).unwrap();
        fs::set_permissions(&to, Permissions::from_mode(0o755)).unwrap();
    }
    dir
}

fn builder(dir: &Path, runner: &str) -> Builder<SurroundingsClient> {
    let builder = SurroundingsClient::builder().server(dir.join("surroundings-server32"));
    builder.runner(runner.split_whitespace()).start_timeout(Duration::from_secs(60))
}

/// The commands of the page that begin with one of these words, for a server in `dir`.
fn commands(dir: &Path, programs: &[&str]) -> Vec<String> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/sandbox.md")).unwrap();
    let blocks = page.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap().trim());
    let is_wanted = |command: &&str| programs.iter().any(|program| command.starts_with(program));
    let command = |command: &str| {
        let command = command.replace("/opt/instrument", dir.to_str().unwrap());
        // The group has another name than the user on Debian.
        command
            .replace("--regid=instrument", "--regid=65534")
            .replace("=instrument", "=nobody")
            .replace("-u instrument", "-u nobody")
    };
    let found: Vec<_> = blocks.filter(is_wanted).map(command).collect();
    assert!(!found.is_empty(), "the page has no command with {programs:?}");
    found
}

/// Makes calls of every kind: over several connections at the same time, and with long arrays.
fn use_it(client: &SurroundingsClient) {
    let values = vec![0.5; 300_000];
    for _ in 0..3 {
        assert_eq!(client.total(&values).unwrap(), 150_000.0);
    }
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                client.stay(30).unwrap();
                assert_eq!(client.total(&values[..1000]).unwrap(), 500.0);
            });
        }
    });
}

/// The transport that the client uses where both processes can map memory.
fn usual() -> Transport {
    let chosen = std::env::var("BRIDGE32_TRANSPORT").unwrap_or_default();
    if chosen == "pipe" { Transport::Pipe } else { Transport::SharedMemory }
}

#[test]
fn every_command_of_the_page_is_run_here() {
    let dir = Path::new("/opt");
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/sandbox.md")).unwrap();
    let tested = commands(dir, &["bwrap"]).len() + commands(dir, &["setpriv", "runuser"]).len();
    assert_eq!(page.matches("```sh\n").count(), tested);
}

#[test]
fn a_server_in_a_sandbox_sees_only_its_folder_and_works_as_outside() {
    skip_on!(Pair::LinuxWindows, NO_WINE);
    skip_unless!(has_namespaces(), NO_NAMESPACES);
    let _watchdog = Watchdog::new("sandbox");
    let dir = deployed();
    let outside = tempfile::NamedTempFile::new().unwrap();
    for command in commands(dir.path(), &["bwrap"]) {
        let client = builder(dir.path(), &command).launch().unwrap();
        assert!(!client.can_read(outside.path().to_str().unwrap()).unwrap());
        assert!(!client.can_read("/proc/self/status").unwrap());
        assert!(!client.can_read("/dev/null").unwrap());
        assert!(client.can_read(dir.path().join("libsurroundings.so").to_str().unwrap()).unwrap());
        assert_eq!(client.server_info().transport, usual());
        use_it(&client);
        let exit = client.shutdown().unwrap();
        assert!(exit.status.unwrap().success(), "{exit:?}");
    }
}

#[test]
fn a_server_in_a_sandbox_ends_at_its_deadline() {
    skip_on!(Pair::LinuxWindows, NO_WINE);
    skip_unless!(has_namespaces(), NO_NAMESPACES);
    let _watchdog = Watchdog::new("sandbox deadline");
    let dir = deployed();
    let command = commands(dir.path(), &["bwrap"]).remove(0);
    let client = builder(dir.path(), &command).call_timeout(Duration::from_millis(500)).launch().unwrap();
    let error = client.stay(600_000).unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    let begin = Instant::now();
    let path = dir.path().to_str().unwrap();
    while running().iter().any(|process| process.command.contains(path)) {
        assert!(begin.elapsed() < Duration::from_secs(20), "the server still runs");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_server_runs_as_another_user() {
    skip_on!(Pair::LinuxWindows, NO_WINE);
    skip_unless!(is_root(), NOT_ROOT);
    let _watchdog = Watchdog::new("another user");
    let dir = deployed();
    for command in commands(dir.path(), &["setpriv", "runuser"]) {
        let client = builder(dir.path(), &command).launch().unwrap();
        assert_eq!(client.user().unwrap(), OTHER_USER, "{command}");
        assert_eq!(client.server_info().transport, usual());
        use_it(&client);
        assert!(client.shutdown().unwrap().status.unwrap().success());
    }
}

/// As in a container, with a socket in a folder that both see.
#[test]
fn a_server_in_other_namespaces_finds_its_client_in_the_runtime_dir() {
    skip_on!(Pair::LinuxWindows, NO_WINE);
    skip_unless!(has_namespaces(), NO_NAMESPACES);
    let _watchdog = Watchdog::new("runtime dir");
    let dir = deployed();
    let runtime = tempfile::tempdir().unwrap();
    for proc in ["", "--proc /proc"] {
        let path = runtime.path().display();
        let command = format!("bwrap --unshare-all --die-with-parent --ro-bind / / {proc} --bind {path} {path}");
        let builder = builder(dir.path(), &command).runtime_dir(runtime.path());
        if usual() == Transport::SharedMemory && std::env::var_os("BRIDGE32_TRANSPORT").is_some() {
            let error = builder.launch().unwrap_err();
            assert!(matches!(error, Error::Transport { .. }), "{error:?}");
            continue;
        }
        let client = builder.launch().unwrap();
        // It may not open the files of a process outside, or finds another process under its number.
        assert_eq!(client.server_info().transport, Transport::Pipe);
        use_it(&client);
    }
    assert_eq!(fs::read_dir(runtime.path()).unwrap().count(), 0, "it leaves nothing there");
}

/// A runner that copies standard input, as `docker run -i` does.
const COPYING: &str = r#"cat | "$0" "$@""#;

#[test]
fn a_runner_that_copies_standard_input_needs_a_runtime_dir() {
    skip_on!(Pair::LinuxWindows, "a server under Wine is handed nothing over");
    let _watchdog = Watchdog::new("copying runner");
    let builder = || {
        let builder = SurroundingsClient::builder().server(pair::server("surroundings"));
        builder.runner(["sh", "-c", COPYING])
    };
    let error = builder().launch().unwrap_err();
    assert!(matches!(error, Error::ServerNotReady { .. }), "{error:?}");
    assert!(error.to_string().contains("use `.runtime_dir(…)`"), "{error}");
    let runtime = tempfile::tempdir().unwrap();
    // Longer than the address of a socket can be.
    let long = runtime.path().join("x".repeat(120));
    fs::create_dir(&long).unwrap();
    for dir in [runtime.path(), &long] {
        let client = builder().runtime_dir(dir).launch().unwrap();
        assert_eq!(client.server_info().transport, usual());
        use_it(&client);
    }
}
