//! The same with a 32-bit server process: a relay connects the client to a listening server and injects the faults. Only on
//! Unix, because a Windows pipe cannot be closed in one direction.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::fault::{Direction, Fault, Filter, Kind, Step};
use crate::script::{Outcome, conversations, with_handles, with_memory};
use bridge32::{Error, Transport};
use bridge32_runtime::Builder;
use bridge32_tests::conversation::ConversationClient;
use bridge32_tests::listening::{Listening, free_name};
use bridge32_tests::pair::Pair;
use bridge32_tests::processes::is_alive;
use bridge32_tests::skip::NO_LISTENING;
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;

/// The distance between the positions that are tried. All positions are tried without a process.
const STRIDE: usize = 23;

const KINDS: [Kind; 7] = [
    Kind::Cut,
    Kind::HalfCut,
    Kind::Stall,
    Kind::Lose,
    Kind::Duplicate,
    Kind::Corrupt(0xff),
    Kind::Delay(Duration::from_millis(5)),
];

/// The time limit of the handshake and of a call. Only stalled calls use it up, so it can be long enough for Wine on a busy
/// machine.
const DEADLINE: Duration = Duration::from_millis(400);

/// A relay between a client and a server, for one connection.
struct Relay {
    path: PathBuf,
    listener: UnixListener,
}

impl Relay {
    fn new(path: PathBuf) -> Self {
        Self { listener: UnixListener::bind(&path).unwrap(), path }
    }

    /// Relays one connection to `server` until both ends have closed it; returns the byte counts of both directions.
    fn relay(self, server: &Path, fault: Option<Fault>) -> (usize, usize) {
        let (client, _) = self.listener.accept().unwrap();
        let server = UnixStream::connect(server).unwrap();
        std::thread::scope(|scope| {
            let to_server = scope.spawn(|| pump(&client, &server, Filter::new(Direction::ToServer, fault)));
            let to_client = pump(&server, &client, Filter::new(Direction::ToClient, fault));
            (to_server.join().unwrap(), to_client)
        })
    }
}

/// Copies bytes in one direction until the source is closed, and applies the fault; returns the number of bytes read.
fn pump(mut from: &UnixStream, mut to: &UnixStream, mut filter: Filter) -> usize {
    let mut buffer = [0; 4096];
    let mut count = 0;
    // Reading fails if the fault has closed the other direction. A failed write means that the other direction is closing.
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        count += read;
        for step in filter.pass(&buffer[..read]) {
            match step {
                Step::Deliver(bytes) => drop(to.write_all(&bytes)),
                Step::Wait(time) => std::thread::sleep(time),
                Step::CloseThis => drop(to.shutdown(Shutdown::Write)),
                Step::CloseBoth => {
                    let _ = to.shutdown(Shutdown::Both);
                    let _ = from.shutdown(Shutdown::Both);
                }
            }
        }
    }
    let _ = to.shutdown(Shutdown::Write);
    count
}

/// Runs a conversation through a relay; returns the outcomes and the byte counts of both directions.
fn converse(
    server: &Path,
    dir: &Path,
    transport: Transport,
    fault: Option<Fault>,
) -> (Result<Vec<Outcome>, Error>, (usize, usize)) {
    let relay = Relay::new(dir.join(free_name()));
    let name = relay.path.to_str().unwrap().to_owned();
    let server = server.to_owned();
    let relaying = std::thread::spawn(move || relay.relay(&server, fault));
    let deadline =
        if matches!(fault.map(|fault| fault.kind), None | Some(Kind::Delay(_))) { 40 * DEADLINE } else { DEADLINE };
    let builder =
        Builder::<ConversationClient>::default().start_timeout(deadline).call_timeout(deadline).transport(transport);
    let outcomes = builder.connect(&name).map(|client| {
        let two_of_each = conversations().into_iter().flat_map(|calls| calls.into_iter().take(2));
        let calls: Vec<_> = two_of_each.chain(with_handles()).chain(with_memory()).collect();
        calls.iter().map(|call| call(&client)).collect()
    });
    (outcomes, relaying.join().unwrap())
}

#[test]
fn a_server_process_survives_faults_of_its_connections() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("relay");
    let _alone = crate::ALONE.lock();
    let dir = tempfile::tempdir().unwrap();
    let server_path = dir.path().join(free_name());
    let server = Listening::under("conversation", server_path.to_str().unwrap().to_owned());
    for transport in [Transport::Pipe, Transport::SharedMemory] {
        let converse = |fault| converse(&server_path, dir.path(), transport, fault);
        let (clean, (to_server, to_client)) = converse(None);
        let clean = clean.unwrap();
        let answers = |outcomes: &[Outcome]| -> Vec<String> {
            outcomes.iter().map(|outcome| outcome.text().unwrap_or_else(|| panic!("{outcome:?}")).to_owned()).collect()
        };
        let right = answers(&clean);
        let positions = |direction, bytes: usize| (0..bytes).step_by(STRIDE).map(move |position| (direction, position));
        let mut tried = 0;
        for (direction, position) in
            positions(Direction::ToServer, to_server).chain(positions(Direction::ToClient, to_client))
        {
            // The kinds alternate, so that each occurs at many positions.
            let kind = KINDS[tried % KINDS.len()];
            tried += 1;
            let fault = Fault { direction, position, kind };
            let (found, _) = converse(Some(fault));
            match (kind, found) {
                (Kind::Delay(_), found) => assert_eq!(answers(&found.unwrap()), right, "{fault:?}"),
                // Any answer or error is fine, because damage inside a value is not detected.
                (Kind::Corrupt(_), _) => {}
                (
                    _,
                    Err(
                        Error::Disconnected { .. }
                        | Error::ConnectTimeout { .. }
                        | Error::Protocol { .. }
                        | Error::Impostor { .. },
                    ),
                ) => {}
                (_, Err(error)) => panic!("{fault:?}: {error:?}"),
                (_, Ok(outcomes)) => {
                    let answered = outcomes.iter().take_while(|outcome| outcome.text().is_some()).count();
                    assert_eq!(answers(&outcomes[..answered]), right[..answered], "{fault:?}");
                    // A fault at the last byte of the last answer has no effect. With shared memory, only wake-ups are bytes of
                    // the connection, and their number varies.
                    let is_last = direction == Direction::ToClient && position + 1 == to_client;
                    let may_pass = is_last || transport == Transport::SharedMemory;
                    assert!(
                        answered < outcomes.len() || may_pass,
                        "{fault:?} of {to_client}: every call has an answer"
                    );
                    assert!(
                        outcomes[answered..].iter().all(|outcome| outcome.text().is_none()),
                        "{fault:?}: {outcomes:?}"
                    );
                }
            }
        }
        println!("{tried} faults over {to_server} bytes to the server and {to_client} back, {transport:?}");
        assert!(is_alive(server.pid()));
        let (found, _) = converse(None);
        assert_eq!(answers(&found.unwrap()), right, "the server still serves clients");
    }
}
