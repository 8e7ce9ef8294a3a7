//! The same over a real 32-bit process: a relay stands between the client and a server that listens. On Linux: a Windows pipe
//! has no way to end in one direction.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::fault::{Direction, Fault, Filter, Kind, Step};
use crate::script::{Said, conversations, with_handles, with_memory};
use bridge32::{Error, Transport};
use bridge32_runtime::Builder;
use bridge32_tests::conversation::ConversationClient;
use bridge32_tests::listening::{Listening, free_name};
use bridge32_tests::pair::Pair;
use bridge32_tests::processes::is_alive;
use bridge32_tests::skip::NO_LISTENING;
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;

/// Every so many-th byte; the places in between are tried without a process.
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

/// What a meeting and a call may take: a server under Wine on a busy machine takes its time, and only a stalled call needs it.
const DEADLINE: Duration = Duration::from_millis(400);

/// What stands between a client and a server, for one connection.
struct Relay {
    path: PathBuf,
    listener: UnixListener,
}

impl Relay {
    fn new(path: PathBuf) -> Self {
        Self { listener: UnixListener::bind(&path).unwrap(), path }
    }

    /// Relays one connection to `server`; returns the bytes that went each way, once both ends have closed.
    fn relay(self, server: &Path, fault: Option<Fault>) -> (usize, usize) {
        let (client, _) = self.listener.accept().unwrap();
        let server = UnixStream::connect(server).unwrap();
        std::thread::scope(|scope| {
            let there = scope.spawn(|| pump(&client, &server, Filter::new(Direction::ToServer, fault)));
            let back = pump(&server, &client, Filter::new(Direction::ToClient, fault));
            (there.join().unwrap(), back)
        })
    }
}

/// Moves bytes one way until their source ends, or as the fault says; returns how many came.
fn pump(mut from: &UnixStream, mut to: &UnixStream, mut filter: Filter) -> usize {
    let mut buffer = [0; 4096];
    let mut count = 0;
    // It fails where the other way has been cut; where nobody reads any more, the other way is about to end.
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

/// A conversation through a relay; what was said, and how many bytes went each way.
fn converse(
    server: &Path,
    dir: &Path,
    transport: Transport,
    fault: Option<Fault>,
) -> (Result<Vec<Said>, Error>, (usize, usize)) {
    let relay = Relay::new(dir.join(free_name()));
    let name = relay.path.to_str().unwrap().to_owned();
    let server = server.to_owned();
    let relaying = std::thread::spawn(move || relay.relay(&server, fault));
    let deadline =
        if matches!(fault.map(|fault| fault.kind), None | Some(Kind::Delay(_))) { 40 * DEADLINE } else { DEADLINE };
    let builder =
        Builder::<ConversationClient>::default().start_timeout(deadline).call_timeout(deadline).transport(transport);
    let said = builder.connect(&name).map(|client| {
        let two_of_each = conversations().into_iter().flat_map(|calls| calls.into_iter().take(2));
        let calls: Vec<_> = two_of_each.chain(with_handles()).chain(with_memory()).collect();
        calls.iter().map(|call| call(&client)).collect()
    });
    (said, relaying.join().unwrap())
}

#[test]
fn a_server_process_outlives_whatever_happens_to_its_lines() {
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
        let answers = |said: &[Said]| -> Vec<String> {
            said.iter().map(|said| said.text().unwrap_or_else(|| panic!("{said:?}")).to_owned()).collect()
        };
        let right = answers(&clean);
        let places = |direction, bytes: usize| (0..bytes).step_by(STRIDE).map(move |position| (direction, position));
        let mut tried = 0;
        for (direction, position) in
            places(Direction::ToServer, to_server).chain(places(Direction::ToClient, to_client))
        {
            // One kind after the other, so that each comes at many places.
            let kind = KINDS[tried % KINDS.len()];
            tried += 1;
            let fault = Fault { direction, position, kind };
            let (found, _) = converse(Some(fault));
            match (kind, found) {
                (Kind::Delay(_), found) => assert_eq!(answers(&found.unwrap()), right, "{fault:?}"),
                // Some answer, or an error: what is damaged is not noticed.
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
                (_, Ok(said)) => {
                    let answered = said.iter().take_while(|said| said.text().is_some()).count();
                    assert_eq!(answers(&said[..answered]), right[..answered], "{fault:?}");
                    // After the last byte of the last answer nobody looks any more. Over shared memory only wake-ups are
                    // bytes, as many as there happen to be.
                    let is_last = direction == Direction::ToClient && position + 1 == to_client;
                    let may_pass = is_last || transport == Transport::SharedMemory;
                    assert!(answered < said.len() || may_pass, "{fault:?} of {to_client}: every call has an answer");
                    assert!(said[answered..].iter().all(|said| said.text().is_none()), "{fault:?}: {said:?}");
                }
            }
        }
        println!("{tried} faults over {to_server} bytes to the server and {to_client} back, {transport:?}");
        assert!(is_alive(server.pid()));
        let (found, _) = converse(None);
        assert_eq!(answers(&found.unwrap()), right, "the server serves on, as before");
    }
}
