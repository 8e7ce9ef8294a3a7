//! Clients in processes with unusual properties: forks, daemons, terminals, and programs that take the status of their children.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

#[cfg(windows)]
use bridge32_tests::faults::FaultsClient;
use bridge32_tests::pair::{self, Pair};
use bridge32_tests::processes::is_gone;
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;

/// How long a server may take to end after its client.
const EXIT_LIMIT: Duration = Duration::from_secs(15);

#[cfg(unix)]
const HOSTED: &str = env!("CARGO_BIN_EXE_hosted-client");

/// Runs a command to its end; returns what it has printed.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}\n{stdout}\n{stderr}", output.status);
    assert_eq!(stderr, "");
    stdout
}

#[cfg(unix)]
#[test]
fn a_fork_cannot_use_the_clients_of_its_parent() {
    let _watchdog = Watchdog::new("fork");
    run(Command::new(HOSTED).arg("fork"));
}

#[cfg(unix)]
#[test]
fn a_daemon_makes_a_client_of_its_own() {
    let _watchdog = Watchdog::new("daemon");
    // The daemon has inherited the output, whose end shows that it has ended.
    assert_eq!(run(Command::new(HOSTED).arg("daemon")), "the daemon is done\n");
}

#[cfg(unix)]
#[test]
fn a_program_that_ignores_sigchld_sees_unknown_statuses() {
    let _watchdog = Watchdog::new("SIGCHLD");
    run(Command::new(HOSTED).arg("ignore-sigchld"));
}

#[cfg(unix)]
#[test]
fn a_program_that_reaps_every_child_may_see_unknown_statuses() {
    let _watchdog = Watchdog::new("reap");
    run(Command::new(HOSTED).arg("reap"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_key_of_the_terminal_ends_no_server() {
    use std::io::{BufRead as _, BufReader, Write as _};

    use rustix::pty::OpenptFlags;

    let _watchdog = Watchdog::new("terminal");
    let terminal = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    rustix::pty::unlockpt(&terminal).unwrap();
    let inside = rustix::pty::ioctl_tiocgptpeer(&terminal, OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    let mut command = Command::new(HOSTED);
    command.arg("terminal").stdin(inside.try_clone().unwrap()).stdout(inside.try_clone().unwrap()).stderr(inside);
    let mut client = command.spawn().unwrap();
    // Closes the copies of the client's side: reading fails when the client has ended.
    drop(command);
    let terminal = std::fs::File::from(terminal);
    let mut keys = terminal.try_clone().unwrap();
    let mut screen = BufReader::new(terminal).lines();
    // Ctrl+C, Ctrl+\ and Ctrl+Z.
    for key in [0x03, 0x1c, 0x1a] {
        assert_eq!(screen.next().unwrap().unwrap(), "ready");
        // In a call by then.
        std::thread::sleep(Duration::from_millis(200));
        keys.write_all(&[key]).unwrap();
    }
    let rest: Vec<_> = screen.map_while(Result::ok).collect();
    assert_eq!(rest, ["3 signals; it ended with code 0"]);
    assert!(client.wait().unwrap().success());
}

#[test]
fn a_key_of_the_console_ends_no_server() {
    skip_on!(Pair::Linux | Pair::LinuxWindows, "only Windows has consoles");
    let _watchdog = Watchdog::new("console");
    #[cfg(windows)]
    {
        let client = FaultsClient::launch().unwrap();
        for with_break in [false, true] {
            if !client.interrupt(with_break).unwrap() {
                let reason = "the system has given the server no console";
                return bridge32_tests::skip::report("hosts::a_key_of_the_console_ends_no_server", reason);
            }
            // The system runs the handlers on a thread of their own.
            std::thread::sleep(Duration::from_millis(500));
            assert_eq!(client.get_mode().unwrap(), 0);
        }
        assert!(client.shutdown().unwrap().status.unwrap().success());
    }
}

/// Runs a C program that loads the plug-in and lets it use the server; returns what the program has printed.
fn host(server: &Path, action: &str) -> String {
    run(Command::new(env!("C_HOST")).arg(pair::plug_in()).arg(server).arg(action)).trim().to_owned()
}

/// A C program does not ignore the signal that a write to a closed pipe raises.
#[test]
fn a_c_host_survives_a_server_that_ends_at_once() {
    skip_on!(Pair::Windows | Pair::LinuxWindows, "Windows has no SIGPIPE, and Wine takes long to end");
    let _watchdog = Watchdog::new("a C host and /bin/true");
    assert_eq!(host(Path::new("/bin/true"), "launch"), "launched 0");
}

#[test]
fn a_c_host_survives_the_end_of_its_server() {
    let _watchdog = Watchdog::new("a C host and a killed server");
    assert_eq!(host(&pair::server("faults"), "end"), "failed 5");
}

#[test]
fn a_c_host_may_unload_the_client() {
    let _watchdog = Watchdog::new("a C host that unloads the client");
    let printed = host(&pair::server("faults"), "unload");
    let servers = printed.strip_prefix("failed 0, servers ").unwrap_or_else(|| panic!("{printed}"));
    for pid in servers.split(' ').map(|pid| pid.parse().unwrap()) {
        assert!(pid != 0 && is_gone(pid, EXIT_LIMIT), "the server {pid} still runs");
    }
}
