//! Strangers, that is other users of the same machine, can neither connect nor read nor create a server's name first. As root, the
//! tests become a second user and try. Otherwise they only check the permissions that keep other users out.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bridge32::Error;
use bridge32_tests::faults::FaultsClient;
use bridge32_tests::pair::{self, Pair};
use bridge32_tests::processes::copy_program;
use bridge32_tests::skip::NO_LISTENING;
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;
use tempfile::TempDir;

/// The id of `nobody` on every distribution.
const STRANGER: &str = "65534";

/// A world-writable folder that contains the program that the stranger runs.
fn public() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy_program(Path::new(env!("CARGO_BIN_EXE_stranger")), &dir.path().join("stranger")).unwrap();
    fs::set_permissions(dir.path().join("stranger"), Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o1777)).unwrap();
    dir
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Runs an action as another user; `None` if the tests do not run as root.
fn spawn_stranger(public: &TempDir, action: &str, path: &Path) -> Option<Child> {
    if !is_root() {
        eprintln!("only root can become another user: the permissions are checked, but no other user tries");
        return None;
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", STRANGER, "--regid", STRANGER, "--clear-groups"]);
    command.arg(public.path().join("stranger")).arg(action).arg(path);
    Some(command.stdout(Stdio::piped()).spawn().unwrap())
}

/// Waits for the stranger's program and returns its output.
fn output(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What is in a folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect()
}

/// The names of the sockets that this process has opened.
fn names_of_own_sockets() -> Vec<String> {
    let opened = fs::read_dir("/proc/self/fd").unwrap().flatten();
    let opened: BTreeSet<_> = opened.filter_map(|entry| entry.path().read_link().ok()).collect();
    let sockets = fs::read_to_string("/proc/net/unix").unwrap();
    let names = sockets.lines().filter_map(|line| match line.split_whitespace().collect::<Vec<_>>()[..] {
        // The inode is the seventh field, and a socket without a name has no eighth.
        [.., inode, name] if line.split_whitespace().count() == 8 => {
            opened.contains(Path::new(&format!("socket:[{inode}]"))).then(|| name.to_owned())
        }
        _ => None,
    });
    names.collect()
}

/// Held by tests that look at all sockets of this process, or make one with a name.
static SOCKETS: Mutex<()> = Mutex::new(());

/// A runner that starts the server after some seconds.
fn slow_runner() -> [&'static str; 3] {
    match Pair::current() {
        Pair::LinuxWindows => ["sh", "-c", "sleep 3; exec wine \"$0\" \"$@\""],
        _ => ["sh", "-c", "sleep 3; exec \"$0\" \"$@\""],
    }
}

#[test]
fn without_a_runtime_dir_there_is_no_name_to_connect_to() {
    skip_on!(Pair::LinuxWindows, "a server under Wine needs FIFOs");
    let _watchdog = Watchdog::new("no name");
    let _alone = SOCKETS.lock();
    let builder = FaultsClient::builder().server(pair::server("faults")).runner(slow_runner());
    let starting = std::thread::spawn(move || builder.start_timeout(Duration::from_secs(60)).launch());
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(names_of_own_sockets(), [""; 0]);
    let client = starting.join().unwrap().unwrap();
    assert_eq!(client.get_mode().unwrap(), 0);
    assert_eq!(names_of_own_sockets(), [""; 0]);
}

#[test]
fn the_handshake_refuses_strangers() {
    let _watchdog = Watchdog::new("handshake");
    let _alone = SOCKETS.lock();
    let public = public();
    // Anybody may write there.
    let (program, parent) = (pair::server("faults"), public.path().to_owned());
    let starting = std::thread::spawn(move || {
        let builder = FaultsClient::builder().server(program).runner(slow_runner()).runtime_dir(parent);
        builder.start_timeout(Duration::from_secs(60)).launch()
    });
    // The folder in which the client waits for its server.
    let deadline = Instant::now() + Duration::from_secs(2);
    let folder = loop {
        if let Some(folder) = entries(public.path()).into_iter().find(|path| path.is_dir()) {
            break folder;
        }
        assert!(Instant::now() < deadline, "the client has not created a folder");
        std::thread::sleep(Duration::from_millis(5));
    };
    let found = folder.metadata().unwrap();
    assert_eq!((found.mode() & 0o777, found.uid()), (0o700, fs::metadata("/proc/self").unwrap().uid()));
    if let Some(looking) = spawn_stranger(&public, "look", &folder) {
        assert_eq!(output(looking), "not looked\n");
        let (action, name, expected) = match Pair::current() {
            Pair::LinuxWindows => ("open", "responses", "not opened\n"),
            _ => ("connect", "channel", "not connected\n"),
        };
        assert!(folder.join(name).exists());
        assert_eq!(output(spawn_stranger(&public, action, &folder.join(name)).unwrap()), expected);
        assert_eq!(output(spawn_stranger(&public, "make", &folder.join("own")).unwrap()), "not made\n");
    }
    assert_eq!(starting.join().unwrap().unwrap().get_mode().unwrap(), 0, "the handshake succeeds nevertheless");
}

/// Other users can read the command line, and in some systems the environment.
#[test]
fn the_command_line_and_the_environment_have_no_secrets() {
    skip_on!(Pair::LinuxWindows, "Wine adds variables of its own");
    let _watchdog = Watchdog::new("no secrets");
    let _alone = SOCKETS.lock();
    // With a name to connect to, which is one of the secrets.
    let folder = tempfile::tempdir().unwrap();
    let server = pair::server("faults");
    let client = FaultsClient::builder().server(&server).runtime_dir(folder.path()).launch().unwrap();
    let process = Path::new("/proc").join(client.server_info().pid.to_string());
    let command_line = fs::read_to_string(process.join("cmdline")).unwrap();
    assert_eq!(command_line, format!("{}\0--started-by-client\0", server.display()));
    let environment = |process: &Path| -> BTreeSet<_> {
        fs::read(process.join("environ")).unwrap().split(|byte| *byte == 0).map(<[u8]>::to_vec).collect()
    };
    let (own, of_server) = (environment(Path::new("/proc/self")), environment(&process));
    let added: Vec<_> = of_server.difference(&own).map(|variable| String::from_utf8_lossy(variable)).collect();
    assert!(added.is_empty(), "{added:?}");
}

/// A listening server, killed at the end of the test.
struct Listening(Child);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Starts a listening server with a umask that gives everybody access to its socket; `Err` with its message if it refuses.
fn listen(name: &str, temp: &Path) -> Result<Listening, String> {
    let mut command = Command::new("sh");
    command.args(["-c", "umask 000; exec \"$0\" --listen \"$1\""]).arg(pair::server("faults")).arg(name);
    command.env_remove("XDG_RUNTIME_DIR").env("TMPDIR", temp).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let listening = Listening(child);
    if line.contains("listens as") { Ok(listening) } else { Err(line) }
}

#[test]
fn a_listening_server_refuses_strangers() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("listening");
    let public = public();
    // A name is a socket in a private folder of the user.
    let _server = listen("name", public.path()).unwrap();
    let uid = fs::metadata("/proc/self").unwrap().uid();
    let folder = public.path().join(format!("bridge32-{uid}"));
    assert_eq!(folder.metadata().unwrap().mode() & 0o777, 0o700);
    assert!(folder.join("name").exists());
    if let Some(connecting) = spawn_stranger(&public, "connect", &folder.join("name")) {
        assert_eq!(output(connecting), "not connected\n");
    }
    // A path may be in any folder, so the server checks the user of each connection.
    let path = public.path().join("socket");
    let _server = listen(path.to_str().unwrap(), public.path()).unwrap();
    assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o777, "the permissions let everybody connect");
    if let Some(connecting) = spawn_stranger(&public, "connect", &path) {
        assert_eq!(output(connecting), "connected\nnot answered\n");
    }
    assert_eq!(
        FaultsClient::connect(path.to_str().unwrap()).unwrap().get_mode().unwrap(),
        0,
        "the same user may connect"
    );
}

#[test]
fn a_name_that_a_stranger_has_taken_is_refused() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("squatting");
    let public = public();
    let uid = fs::metadata("/proc/self").unwrap().uid();
    let folder = public.path().join(format!("bridge32-{uid}"));
    match spawn_stranger(&public, "make", &folder) {
        Some(making) => assert_eq!(output(making), "made\n"),
        None => {
            fs::create_dir(&folder).unwrap();
            fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        }
    }
    let Err(message) = listen("name", public.path()) else { panic!("it listens in a stranger's folder") };
    assert!(message.contains("is not a folder of this user's alone"), "{message}");

    // A client does not send anything to a stranger's server.
    let path = public.path().join("socket");
    if let Some(mut squatting) = spawn_stranger(&public, "listen", &path) {
        let mut lines = BufReader::new(squatting.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "listening");
        let error = FaultsClient::connect(path.to_str().unwrap()).unwrap_err();
        assert!(
            matches!(&error, Error::Connect { source, .. } if source.to_string().contains("another user's")),
            "{error:?}"
        );
        assert_eq!(lines.next().unwrap().unwrap(), "not received");
        squatting.wait().unwrap();
    }
}
