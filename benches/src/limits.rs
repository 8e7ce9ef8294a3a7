//! The limits of the machine: the same number of bytes, transferred without a protocol.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::measure::Case;
use crate::other_process::{command, start_with_socket};
use crate::result::Result;

// The roles of the other process.
pub(crate) const EMPTY: &str = "empty";
pub(crate) const SOCKET: &str = "socket";
pub(crate) const SPINNING_SOCKET: &str = "spinning socket";

/// Sends a message of `length` bytes over a socket, and receives it back.
pub(crate) fn socket(name: &str, length: usize) -> Result<Case> {
    let (mut socket, other) = start_with_socket(SOCKET, &[&length.to_string()])?;
    let mut message = vec![1; length];
    Ok(Case::new(name, move || {
        let _ = &other;
        socket.write_all(&message).expect("the other process is running");
        socket.read_exact(&mut message).expect("the other process is running");
    }))
}

/// The other side of [`socket`].
pub(crate) fn echo(length: usize) -> Result<()> {
    let mut socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let mut message = vec![0; length];
    while socket.read_exact(&mut message).is_ok() && socket.write_all(&message).is_ok() {}
    Ok(())
}

/// Like [`socket`], but both sides poll instead of blocking.
pub(crate) fn spinning_socket(name: &str, length: usize) -> Result<Case> {
    let (mut socket, other) = start_with_socket(SPINNING_SOCKET, &[&length.to_string()])?;
    socket.set_nonblocking(true)?;
    let mut message = vec![1; length];
    Ok(Case::new(name, move || {
        let _ = &other;
        socket.write_all(&message).expect("the other process is running, and a short message fits into the buffer");
        assert!(read_spinning(&mut socket, &mut message), "the other process is running");
    }))
}

/// The other side of [`spinning_socket`].
pub(crate) fn echo_spinning(length: usize) -> Result<()> {
    let mut socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    socket.set_nonblocking(true)?;
    let mut message = vec![0; length];
    while read_spinning(&mut socket, &mut message) && socket.write_all(&message).is_ok() {}
    Ok(())
}

fn read_spinning(socket: &mut UnixStream, message: &mut [u8]) -> bool {
    let mut backoff = Backoff::default();
    loop {
        match socket.read(message) {
            Ok(0) => return false,
            Ok(count) => return count == message.len(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => backoff.wait(),
            Err(_) => return false,
        }
    }
}

/// Waits between two polls: it spins at first, and sleeps when it has waited for so long that another case has its turn and
/// needs the core.
#[derive(Default)]
struct Backoff {
    polls: u32,
}

impl Backoff {
    fn wait(&mut self) {
        self.polls = self.polls.saturating_add(1);
        if self.polls < 1 << 16 { std::hint::spin_loop() } else { std::thread::sleep(Duration::from_millis(1)) }
    }
}

/// Copies `length` bytes to existing memory, and from there to a new vector: the minimum for values that go to another process
/// and come back.
pub(crate) fn copies(name: &str, length: usize) -> Case {
    let (source, mut shared) = (vec![1u8; length], vec![2u8; length]);
    Case::new(name, move || {
        shared.copy_from_slice(std::hint::black_box(&source));
        std::hint::black_box(std::hint::black_box(&shared).to_vec());
    })
}

/// Starts a process that does nothing, and waits for its end.
pub(crate) fn spawn(name: &str) -> Case {
    Case::new(name, || {
        let status = command(EMPTY, &[]).and_then(|mut command| Ok(command.status()?));
        assert!(status.expect("this program can be started").success());
    })
}
