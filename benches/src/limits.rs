//! The limits of the machine: the same number of bytes, transferred without a protocol.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use memmap2::MmapRaw;

use crate::measure::Case;
use crate::other_process::{OtherProcess, command, start, start_with_socket};
use crate::result::Result;

// The roles of the other process.
pub(crate) const EMPTY: &str = "empty";
pub(crate) const SOCKET: &str = "socket";
pub(crate) const SPINNING_SOCKET: &str = "spinning socket";
pub(crate) const MEMORY: &str = "memory";

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

/// The shared memory: a mailbox for each direction.
#[repr(C)]
struct Mailboxes([Mailbox; 2]);

/// Eight bytes, and a sequence number that says that they have been written. The alignment keeps the two mailboxes on separate
/// cache lines.
#[repr(C, align(128))]
struct Mailbox {
    sequence: AtomicU64,
    message: AtomicU64,
}

/// The sequence number that ends the other process.
const END: u64 = u64::MAX;

/// Sends eight bytes through shared memory, and receives them back; both sides poll.
pub(crate) fn memory(name: &str) -> Result<Case> {
    let file = tempfile::NamedTempFile::new_in("/dev/shm")?;
    file.as_file().set_len(size_of::<Mailboxes>() as u64)?;
    let path = file.path().to_str().ok_or("the path is not UTF-8")?.to_owned();
    let map = MmapRaw::map_raw(&file)?;
    let other = start(MEMORY, &[&path])?;
    let mut sequence = 0;
    let client = MemoryClient { map, _other: other, _file: file };
    Ok(Case::new(name, move || {
        let Mailboxes([there, back]) = client.mailboxes();
        sequence += 1;
        there.message.store(sequence, Ordering::Relaxed);
        there.sequence.store(sequence, Ordering::Release);
        while back.sequence.load(Ordering::Acquire) != sequence {
            std::hint::spin_loop();
        }
        assert_eq!(back.message.load(Ordering::Relaxed), sequence);
    }))
}

/// This side of the shared memory. Dropping it ends the other process.
struct MemoryClient {
    map: MmapRaw,
    _other: OtherProcess,
    _file: tempfile::NamedTempFile,
}

impl MemoryClient {
    fn mailboxes(&self) -> &Mailboxes {
        mailboxes(&self.map)
    }
}

impl Drop for MemoryClient {
    fn drop(&mut self) {
        self.mailboxes().0[0].sequence.store(END, Ordering::Release);
    }
}

fn mailboxes(map: &MmapRaw) -> &Mailboxes {
    // SAFETY: the mapping is page-aligned, has the size of a `Mailboxes` (`memory` sets the file's length) and outlives the
    // reference; all fields are atomics, so the other process may write to them at any time.
    unsafe { &*map.as_ptr().cast::<Mailboxes>() }
}

/// The other side of [`memory`].
pub(crate) fn echo_memory(path: &str) -> Result<()> {
    let map = MmapRaw::map_raw(&OpenOptions::new().read(true).write(true).open(path)?)?;
    let Mailboxes([there, back]) = mailboxes(&map);
    let mut sequence = 0;
    loop {
        sequence += 1;
        let mut backoff = Backoff::default();
        loop {
            match there.sequence.load(Ordering::Acquire) {
                END => return Ok(()),
                current if current == sequence => break,
                _ => backoff.wait(),
            }
        }
        back.message.store(there.message.load(Ordering::Relaxed), Ordering::Relaxed);
        back.sequence.store(sequence, Ordering::Release);
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
