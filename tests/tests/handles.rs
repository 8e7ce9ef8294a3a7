//! Handles: opaque pointers of a native library.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bridge32::{Error, Handle, Restart, bridge32};
use bridge32_tests::devices::{
    Channel, Device, DevicePair, Devices as _, DevicesClient, DevicesLibrary, Port, leave_open,
};
use bridge32_tests::pair::{self, Pair};
use bridge32_tests::processes::is_gone;
use bridge32_tests::skip::NO_LISTENING;
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;
use tempfile::TempDir;

const MINUTE: Duration = Duration::from_secs(60);

fn launch(test: &'static str) -> (Watchdog, DevicesClient) {
    (Watchdog::new(test), DevicesClient::launch().unwrap())
}

/// A handle whose two numbers are changed: the id of its server, and its number there.
fn forged<Tag, Other>(handle: Handle<Tag>, change: impl FnOnce(u64, u64) -> (u64, u64)) -> Handle<Other> {
    let (server, serial) = postcard::from_bytes(&postcard::to_allocvec(&handle).unwrap()).unwrap();
    postcard::from_bytes(&postcard::to_allocvec(&change(server, serial)).unwrap()).unwrap()
}

/// Checks that the argument was refused, by method, parameter and reason.
fn assert_refused<T: std::fmt::Debug>(result: Result<T, Error>, expected: (&str, &str, &str)) {
    match result {
        Err(Error::Argument { method, parameter, reason, .. }) => {
            assert_eq!((&*method, &*parameter, &*reason), expected)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn handles_are_returned_and_passed_in_every_form() {
    let (_watchdog, client) = launch("forms of handles");
    let first = client.open_device("first").unwrap();
    let (status, second) = client.open_into("second").unwrap();
    assert_eq!(status, 0);
    assert_ne!(first, second);
    assert_eq!(client.device_name(first).unwrap(), "first");
    assert_eq!(client.any_device_name(Some(second)).unwrap().as_deref(), Some("second"));
    assert_eq!(client.any_device_name(None).unwrap(), None);

    assert_eq!(client.name_lengths(&[first, second, first]).unwrap(), 16);
    assert_eq!(client.name_lengths(&[]).unwrap(), 0);
    let mut all = [Some(first), None];
    assert_eq!(client.any_name_lengths(&mut all).unwrap(), 105);
    assert_eq!(all, [Some(first), None]);
    let opened = client.open_several(3).unwrap();
    assert_eq!(client.name_lengths(&opened).unwrap(), 21);

    let pair = DevicePair { first, weight: 1, second: Some(second) };
    let swapped = DevicePair { first: second, weight: 2, second: Some(first) };
    assert_eq!(client.swap_pair(pair).unwrap(), swapped);

    let (device, channel) = client.open_with_channel("body").unwrap();
    assert_eq!(client.channel_number(channel).unwrap(), 7);
    assert_eq!(client.close_both(device, Some(channel)).unwrap(), 0);
    assert_refused(client.channel_number(channel), ("channel_number", "channel", "is a handle that was closed"));
}

#[test]
fn a_null_pointer_is_none_or_an_error_that_names_the_method() {
    let (_watchdog, client) = launch("null handles");
    assert_eq!(client.try_open_device("").unwrap(), None);
    assert_eq!(client.try_open_into("").unwrap(), (5, None));
    assert_eq!(client.find_device("nothing").unwrap(), None);
    let error = client.open_device("").unwrap_err();
    assert!(matches!(&error, Error::Fault { method, .. } if method == "open_device"), "{error:?}");
    assert!(error.to_string().contains("a null pointer for a handle; declare `Option<Handle<…>>`"), "{error}");
    assert!(matches!(client.open_into(""), Err(Error::Status { value: 5, .. })));
    assert!(matches!(client.open_device_or_fail(""), Err(Error::Status { value: 0, .. })));
    assert!(client.open_device_or_fail("a").unwrap().is_some());
    let error = client.swap_pair(DevicePair { first: client.open_device("b").unwrap(), weight: 0, second: None });
    assert!(matches!(error, Err(Error::Fault { .. })), "{error:?}");
}

#[test]
fn a_reopened_pointer_gets_a_new_handle() {
    let (_watchdog, client) = launch("same pointer");
    let first = client.open_device("a").unwrap();
    assert_eq!(client.find_device("a").unwrap(), Some(first));
    client.close_device(first).unwrap();
    let second = client.open_device("b").unwrap();
    assert_ne!(second, first, "the same pointer is another device now");
    assert_refused(client.device_name(first), ("device_name", "device", "is a handle that was closed"));
    let third = client.reopen_device(second, "c").unwrap();
    assert_ne!(third, second);
    assert_eq!(client.device_name(third).unwrap(), "c");
    client.device_name(second).unwrap_err();
}

#[test]
fn a_closed_handle_is_refused_before_the_call() {
    let (_watchdog, client) = launch("closed handles");
    let (open, closed) = (client.open_device("open").unwrap(), client.open_device("closed").unwrap());
    client.close_device(closed).unwrap();
    let calls = client.calls_seen().unwrap();
    let why = "is a handle that was closed";
    assert_refused(client.device_name(closed), ("device_name", "device", why));
    assert_refused(client.close_device(closed), ("close_device", "device", why));
    assert_refused(client.name_lengths(&[open, closed]), ("name_lengths", "all", why));
    let pair = DevicePair { first: open, weight: 0, second: Some(closed) };
    assert_refused(client.swap_pair(pair), ("swap_pair", "pair.DevicePair.second", why));
    let mut all = [Some(closed)];
    assert_refused(client.any_name_lengths(&mut all), ("any_name_lengths", "all", why));
    assert_refused(
        client.close_both(open, None).and_then(|_| client.device_name(open)),
        ("device_name", "device", why),
    );
    assert_eq!(client.calls_seen().unwrap(), calls + 1, "only the last close reached the library");
}

#[test]
fn a_failed_close_leaves_the_handle_open() {
    let (_watchdog, client) = launch("failed close");
    let device = client.open_device("a").unwrap();
    client.lock_device(device, 1).unwrap();
    assert!(matches!(client.close_device(device), Err(Error::Status { value: 16, .. })));
    assert_eq!(client.device_name(device).unwrap(), "a");
    assert_eq!(client.find_device("a").unwrap(), Some(device));
    let mut handle = Some(device);
    assert!(matches!(client.free_device(&mut handle, 0), Err(Error::Status { value: 16, .. })));
    assert_eq!(handle, Some(device));
    client.free_device(&mut handle, 1).unwrap();
    assert_eq!(handle, None, "the library wrote a null pointer");
    client.device_name(device).unwrap_err();

    // A function that returns nothing cannot report a failure, so the handle is closed.
    let device = client.open_device("b").unwrap();
    let channel = client.open_channel(device, 3).unwrap();
    client.close_channel(channel).unwrap();
    client.close_channel(channel).unwrap_err();
    assert_eq!(client.device_name(device).unwrap(), "b");
}

#[test]
fn closing_none_closes_nothing() {
    let (_watchdog, client) = launch("close nothing");
    let device = client.open_device("a").unwrap();
    assert_eq!(client.close_any_device(None, 0).unwrap(), 0);
    assert_eq!(client.free_device(&mut None, 0).unwrap(), 0);
    assert_eq!(client.device_name(device).unwrap(), "a");
    client.close_any_device(Some(device), 0).unwrap();
    client.device_name(device).unwrap_err();
}

#[test]
fn a_forged_handle_is_refused() {
    let (_watchdog, client) = launch("forged handles");
    let device = client.open_device("a").unwrap();
    let channel = client.open_channel(device, 1).unwrap();
    let calls = client.calls_seen().unwrap();
    let never: Handle<Device> = forged(device, |server, serial| (server, serial + 100));
    let why = "is a handle that the server never gave out";
    assert_refused(client.device_name(never), ("device_name", "device", why));
    let none: Handle<Device> = forged(device, |server, _| (server, 0));
    client.device_name(none).unwrap_err();
    let other: Handle<Device> = forged(channel, |server, serial| (server, serial));
    let why = "is a handle of `Channel`, and not of `Device`";
    assert_refused(client.close_device(other), ("close_device", "device", why));
    let made = Handle::<Device>::new(device.number());
    let why = "is a handle of `Handle::new`, which no library knows";
    assert_refused(client.device_name(made), ("device_name", "device", why));
    let elsewhere: Handle<Device> = forged(device, |server, serial| (server ^ 1, serial));
    assert!(matches!(client.device_name(elsewhere), Err(Error::StaleHandle { .. })));
    assert_eq!(client.calls_seen().unwrap(), calls);
    // A handle with the same numbers is the same handle.
    assert_eq!(client.device_name(forged(device, |server, serial| (server, serial))).unwrap(), "a");
}

#[test]
fn the_error_for_a_refused_handle_reports_whether_the_library_was_called() {
    let (_watchdog, client) = launch("was called");
    let device = client.open_device("device").unwrap();
    client.close_device(device).unwrap();
    let refused = client.device_name(device).unwrap_err();
    assert_eq!((refused.method(), refused.was_called()), (Some("device_name"), Some(false)));
    let refused = client.close_both(device, None).unwrap_err();
    let unknown = "the method has a body, which may have called other functions before";
    assert_eq!((refused.method(), refused.was_called()), (Some("close_both"), None), "{unknown}");
}

#[test]
fn after_a_restart_a_handle_is_stale() {
    let _watchdog = Watchdog::new("stale handles");
    let restart = Restart::OnFailure { max: 1, within: MINUTE, backoff: Duration::ZERO };
    let client = DevicesClient::builder().restart(restart).launch().unwrap();
    let old = client.open_device("old").unwrap();
    client.die().unwrap_err();
    let new = client.open_device("new").unwrap();
    assert_eq!(client.server_info().generation, 2);
    assert_eq!(new.number(), old.number(), "only their servers differ");
    let calls = client.calls_seen().unwrap();
    for result in [client.device_name(old).map(drop), client.close_device(old).map(drop)] {
        let error = result.unwrap_err();
        assert!(matches!(&error, Error::StaleHandle { parameter, .. } if parameter == "device"), "{error:?}");
        assert!(error.to_string().contains("started again; open it again"), "{error}");
    }
    let pair = DevicePair { first: new, weight: 0, second: Some(old) };
    let error = client.swap_pair(pair).unwrap_err();
    assert!(
        matches!(&error, Error::StaleHandle { parameter, .. } if parameter == "pair.DevicePair.second"),
        "{error:?}"
    );
    assert_eq!(client.calls_seen().unwrap(), calls);
    assert_eq!(client.device_name(new).unwrap(), "new");

    let other = DevicesClient::launch().unwrap();
    assert!(matches!(other.device_name(new), Err(Error::StaleHandle { .. })), "another server's");
}

/// The file in which the library logs what it opens and closes.
struct Log {
    path: PathBuf,
    _dir: TempDir,
}

impl Log {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { path: dir.path().join("log"), _dir: dir }
    }

    /// The path as the server sees it.
    fn path(&self) -> String {
        match Pair::current() {
            Pair::LinuxWindows => format!("Z:{}", self.path.display()),
            _ => self.path.display().to_string(),
        }
    }

    fn lines(&self) -> Vec<String> {
        read(&self.path)
    }

    /// Waits until there are `count` lines, because a server may still be closing handles.
    fn wait_for(&self, count: usize) -> Vec<String> {
        let deadline = Instant::now() + MINUTE;
        while self.lines().len() < count && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        self.lines()
    }
}

fn read(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

const LEFT_OPEN: [&str; 12] = [
    "open closed",
    "close closed",
    "open first",
    "open channel of first",
    "open second",
    "open locked",
    "open file",
    "open stream",
    // Objects that two functions or none can close are left open, and so is the one that the library refuses to close.
    "close stream",
    "close second",
    "close channel of first",
    "close first",
];

#[test]
fn open_handles_are_closed_in_reverse_order() {
    let (_watchdog, client) = launch("abandoned handles");
    let log = Log::new();
    client.log_to(&log.path()).unwrap();
    leave_open(&client).unwrap();
    let exit = client.shutdown().unwrap();
    assert_eq!(log.lines(), LEFT_OPEN);
    assert!(exit.status.unwrap().success());
    assert!(exit.stderr.contains("an abandoned handle of `Device`: the library reports 16"), "{}", exit.stderr);
}

#[test]
fn handles_of_a_killed_client_are_closed() {
    let _watchdog = Watchdog::new("killed with handles");
    let log = Log::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_doomed-client"));
    let mut client = command.args(["handles", &log.path()]).stdout(Stdio::null()).spawn().unwrap();
    assert_eq!(log.wait_for(8).len(), 8);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(log.lines(), LEFT_OPEN[..8], "nothing is closed while the client lives");
    client.kill().unwrap();
    client.wait().unwrap();
    if Pair::current() == Pair::Windows {
        // The job object ends the server at once, before it closes any handle.
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(log.lines(), LEFT_OPEN[..8]);
    } else {
        assert_eq!(log.wait_for(LEFT_OPEN.len()), LEFT_OPEN);
    }
}

/// A server that is killed at the end of the test.
struct Listening(Child);

impl Listening {
    fn new(name: &str) -> Self {
        let mut command = Command::new(pair::server("devices"));
        Self(command.args(["--listen", name]).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn connect(name: &str) -> DevicesClient {
    let deadline = Instant::now() + MINUTE;
    loop {
        match DevicesClient::connect(name) {
            Err(Error::Connect { .. }) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(20)),
            result => return result.unwrap(),
        }
    }
}

#[test]
fn a_listening_server_closes_handles_that_no_other_client_uses() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("handles of several clients");
    let name = format!("bridge32-handles-{}", std::process::id());
    let server = Listening::new(&name);
    let log = Log::new();
    let (first, second, third) = (connect(&name), connect(&name), connect(&name));
    first.log_to(&log.path()).unwrap();
    let alone = first.open_device("alone").unwrap();
    let shared = first.open_device("shared").unwrap();
    let lent = first.open_device("lent").unwrap();
    let other = second.open_device("other").unwrap();
    assert_eq!(second.find_device("shared").unwrap(), Some(shared), "both clients have this handle");
    assert_eq!(third.device_name(lent).unwrap(), "lent", "both clients use this handle");
    drop(first);
    assert_eq!(log.wait_for(5).last().unwrap(), "close alone");
    second.device_name(alone).unwrap_err();
    assert_eq!(second.device_name(shared).unwrap(), "shared");
    assert_eq!(second.device_name(other).unwrap(), "other");
    assert_eq!(third.device_name(lent).unwrap(), "lent");
    drop(second);
    assert_eq!(log.wait_for(7)[5..], ["close other", "close shared"]);
    third.close_device(lent).unwrap();
    drop(third);
    let last = connect(&name);
    assert_eq!(last.open_device("last").map(drop).ok(), Some(()), "the server still runs");
    assert_eq!(log.lines().len(), 9, "{:?}", log.lines());
    drop(server);
    assert!(is_gone(last.server_info().pid, MINUTE));
}

#[test]
fn a_mock_makes_its_own_handles() {
    let _watchdog = Watchdog::new("mock of handles");
    let client = FewClient::in_process(Mock);
    let device = client.open_device("four").unwrap();
    assert_eq!(device, Handle::new(4));
    assert_eq!(client.device_name(device).unwrap(), "4");
    assert_eq!(client.close_device(device).unwrap(), 4);
}

#[test]
fn open_handles_are_closed_in_process() {
    let _watchdog = Watchdog::new("handles in this process");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    // SAFETY: the library is built from the C source that the interface describes.
    let library = || unsafe { DevicesLibrary::load_from(env!("DEVICES_LIBRARY")) }.unwrap();
    let client = DevicesClient::in_process(library());
    client.log_to(path.to_str().unwrap()).unwrap();
    let device = client.open_device("client's").unwrap();
    let direct = library();
    let own = direct.open_device("own");
    client.close_device(device).unwrap();
    client.open_device("left").unwrap();
    client.shutdown().unwrap();
    let expected = ["open client's", "open own", "close client's", "open left", "close left"];
    assert_eq!(read(&path), expected, "called directly, the library closes nothing");
    assert_eq!(direct.device_name(own), "own");
    direct.close_device(own);
}

/// Handles are plain values, whatever their tag is.
#[test]
fn handles_are_plain_values() {
    fn check<T: Copy + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync>() {}
    check::<Handle<Port>>();
    check::<Handle<Channel>>();
    assert_eq!(format!("{:?}", Handle::<Device>::new(3)), "Handle<Device>(3)");
}

/// A part of the interface, small enough for a mock.
#[bridge32(lib = "devices")]
trait Few {
    fn open_device(&self, name: &str) -> Handle<Device>;
    fn device_name(&self, device: Handle<Device>) -> String;
    fn close_device(&self, #[closes] device: Handle<Device>) -> i32;
}

/// A mock whose devices are numbers.
struct Mock;

impl Few for Mock {
    fn open_device(&self, name: &str) -> Handle<Device> {
        Handle::new(name.len() as u64)
    }

    fn device_name(&self, device: Handle<Device>) -> String {
        device.number().to_string()
    }

    fn close_device(&self, device: Handle<Device>) -> i32 {
        device.number().try_into().unwrap()
    }
}
