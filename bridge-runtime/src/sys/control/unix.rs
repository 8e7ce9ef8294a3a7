//! The control stream on Unix: a socket.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use rustix::cmsg_space;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};

use crate::sync::LockExt as _;

/// How the address of an open file begins that was handed over; its number follows. The line that hands it over is its address.
const FILE: &str = "file:";

/// The client's end.
pub(super) struct Sender {
    socket: UnixStream,
    /// The number of files that were handed over.
    files: u64,
}

/// Creates a control stream.
pub(super) fn stream() -> io::Result<(Sender, Stdio)> {
    let (socket, stdin) = UnixStream::pair()?;
    Ok((Sender { socket, files: 0 }, Stdio::from(OwnedFd::from(stdin))))
}

impl Sender {
    pub(super) fn send_line(&mut self, line: &str) -> io::Result<()> {
        self.send(line, &[])
    }

    pub(super) fn hand_over(&mut self, file: BorrowedFd<'_>) -> io::Result<String> {
        let address = format!("{FILE}{}", self.files);
        self.send(&address, &[file])?;
        self.files += 1;
        Ok(address)
    }

    /// Sends a line at once or not at all: a server that reads nothing has stopped, and must not stop its client, too.
    fn send(&self, line: &str, files: &[BorrowedFd<'_>]) -> io::Result<()> {
        let line = format!("{line}\n");
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
        let mut attached = SendAncillaryBuffer::new(&mut space);
        if !files.is_empty() && !attached.push(SendAncillaryMessage::ScmRights(files)) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        let sent = retry_on_intr(|| sendmsg(&self.socket, &[IoSlice::new(line.as_bytes())], &mut attached, flags))?;
        if sent == line.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
    }
}

/// The server's end.
pub(super) struct Receiver {
    input: File,
    /// Whether open files can arrive: it is a socket.
    is_socket: bool,
    /// Files that have arrived and whose lines have not been read yet. A file arrives together with the first byte of its line.
    files: VecDeque<OwnedFd>,
}

impl Receiver {
    /// Takes standard input from the rest of this process, which finds an empty input instead.
    pub(super) fn take_stdin() -> io::Result<Self> {
        let taken = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
        // A sandbox may have no `/dev`.
        let empty = match File::open("/dev/null") {
            Ok(null) => OwnedFd::from(null),
            Err(_) => io::pipe()?.0.into(),
        };
        rustix::stdio::dup2_stdin(empty)?;
        Ok(Self { input: taken.into(), is_socket: true, files: VecDeque::new() })
    }

    /// Stores the file that a line hands over. Returns whether it is such a line.
    pub(super) fn store_file(&mut self, line: &str) -> bool {
        let Some(number) = line.strip_prefix(FILE) else { return false };
        match (number.parse(), self.files.pop_front()) {
            (Ok(number), Some(file)) => HANDED_OVER.store(number, file),
            _ => HANDED_OVER.fail(),
        }
        true
    }
}

impl Read for Receiver {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !self.is_socket {
            return self.input.read(into);
        }
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(8))];
        let mut attached = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::CMSG_CLOEXEC;
        let received =
            retry_on_intr(|| recvmsg(self.input.as_fd(), &mut [IoSliceMut::new(into)], &mut attached, flags));
        match received {
            Ok(received) => {
                for message in attached.drain() {
                    if let RecvAncillaryMessage::ScmRights(files) = message {
                        self.files.extend(files);
                    }
                }
                Ok(received.bytes)
            }
            Err(Errno::NOTSOCK) => {
                self.is_socket = false;
                self.input.read(into)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The files that the client has handed over to this process, by number.
static HANDED_OVER: HandedFiles = HandedFiles { state: Mutex::new(State::new()), changed: Condvar::new() };

struct HandedFiles {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    files: BTreeMap<u64, OwnedFd>,
    /// Whether a line has arrived without its file.
    has_failed: bool,
}

impl State {
    const fn new() -> Self {
        Self { files: BTreeMap::new(), has_failed: false }
    }
}

impl HandedFiles {
    fn store(&self, number: u64, file: OwnedFd) {
        self.state.lock_unpoisoned().files.insert(number, file);
        self.changed.notify_all();
    }

    fn fail(&self) {
        self.state.lock_unpoisoned().has_failed = true;
        self.changed.notify_all();
    }
}

/// How long a file may take to arrive. The client has sent it before it mentions its number.
const PATIENCE: Duration = Duration::from_secs(5);

/// Takes the open file with this address, which the client has handed over to this process; `None` if the address is one of
/// another kind.
///
/// # Errors
/// Fails if it does not arrive.
pub(crate) fn take_handed_over(address: &str) -> io::Result<Option<OwnedFd>> {
    let Some(number) = address.strip_prefix(FILE).and_then(|number| number.parse().ok()) else { return Ok(None) };
    let state = HANDED_OVER.state.lock_unpoisoned();
    let is_missing = |state: &mut State| !state.has_failed && !state.files.contains_key(&number);
    let (mut state, _) =
        HANDED_OVER.changed.wait_timeout_while(state, PATIENCE, is_missing).unwrap_or_else(PoisonError::into_inner);
    state.files.remove(&number).map(Some).ok_or_else(|| {
        io::Error::other(
            "standard input is not the socket of the client, which hands over its connection through it: the runner passes on \
             only what it reads there; use `.runtime_dir(…)`",
        )
    })
}
