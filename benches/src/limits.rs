//! What the machine can do at best: the same bytes, without any meaning.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use memmap2::MmapRaw;

use crate::Result;
use crate::measure::Case;
use crate::process::{command, connected, start};

/// A message of so many bytes over a socket, and back.
pub(crate) fn socket(name: &str, length: usize) -> Result<Case> {
    let (mut socket, other) = connected("socket", &[&length.to_string()])?;
    let mut message = vec![1; length];
    Ok(Case::new(name, move || {
        let _ = &other;
        socket.write_all(&message).expect("the other process lives");
        socket.read_exact(&mut message).expect("the other process lives");
    }))
}

/// The other side of [`socket`].
pub(crate) fn echo(length: usize) -> Result<()> {
    let mut socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let mut message = vec![0; length];
    while socket.read_exact(&mut message).is_ok() && socket.write_all(&message).is_ok() {}
    Ok(())
}

/// As [`socket`], where whoever waits asks again and again.
pub(crate) fn spinning_socket(name: &str, length: usize) -> Result<Case> {
    let (mut socket, other) = connected("spinning socket", &[&length.to_string()])?;
    socket.set_nonblocking(true)?;
    let mut message = vec![1; length];
    Ok(Case::new(name, move || {
        let _ = &other;
        socket.write_all(&message).expect("the other process lives, and a short message fits");
        assert!(read_spinning(&mut socket, &mut message), "the other process lives");
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
    let mut idle = Idle::default();
    loop {
        match socket.read(message) {
            Ok(0) => return false,
            Ok(count) => return count == message.len(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => idle.look_again(),
            Err(_) => return false,
        }
    }
}

/// Looking without a pause, until it is plain that other cases have their turn: they need the core.
#[derive(Default)]
struct Idle {
    looks: u32,
}

impl Idle {
    fn look_again(&mut self) {
        self.looks = self.looks.saturating_add(1);
        if self.looks < 1 << 16 { std::hint::spin_loop() } else { std::thread::sleep(Duration::from_millis(1)) }
    }
}

/// Two lines of cache, one for each direction: a number that says that something has come, and eight bytes of it.
#[repr(C)]
struct Lines([Line; 2]);

#[repr(C, align(128))]
struct Line {
    turn: AtomicU64,
    message: AtomicU64,
}

/// A turn that ends the other process.
const END: u64 = u64::MAX;

/// Eight bytes through shared memory, and back; both sides look for it all the time.
pub(crate) fn memory(name: &str) -> Result<Case> {
    let file = tempfile::NamedTempFile::new_in("/dev/shm")?;
    file.as_file().set_len(size_of::<Lines>() as u64)?;
    let path = file.path().to_str().ok_or("the folder has a name")?.to_owned();
    let map = MmapRaw::map_raw(&file)?;
    let other = start("memory", &[&path])?;
    let mut turn = 0;
    let mut end = End { map, _other: other, _file: file };
    Ok(Case::new(name, move || {
        let Lines([there, back]) = end.lines();
        turn += 1;
        there.message.store(turn, Ordering::Relaxed);
        there.turn.store(turn, Ordering::Release);
        while back.turn.load(Ordering::Acquire) != turn {
            std::hint::spin_loop();
        }
        assert_eq!(back.message.load(Ordering::Relaxed), turn);
    }))
}

/// This side's end; the other process looks for its own without a pause.
struct End {
    map: MmapRaw,
    _other: crate::process::Other,
    _file: tempfile::NamedTempFile,
}

impl End {
    fn lines(&mut self) -> &Lines {
        lines(&self.map)
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.lines().0[0].turn.store(END, Ordering::Release);
    }
}

fn lines(map: &MmapRaw) -> &Lines {
    // SAFETY: the mapping is as large, begins at a page, and lives as long; atomics may be written to by others.
    unsafe { &*map.as_ptr().cast::<Lines>() }
}

/// The other side of [`memory`].
pub(crate) fn echo_memory(path: &str) -> Result<()> {
    let map = MmapRaw::map_raw(&OpenOptions::new().read(true).write(true).open(path)?)?;
    let Lines([there, back]) = lines(&map);
    let mut turn = 0;
    loop {
        turn += 1;
        let mut idle = Idle::default();
        loop {
            match there.turn.load(Ordering::Acquire) {
                END => return Ok(()),
                now if now == turn => break,
                _ => idle.look_again(),
            }
        }
        back.message.store(there.message.load(Ordering::Relaxed), Ordering::Relaxed);
        back.turn.store(turn, Ordering::Release);
    }
}

/// So many bytes copied to memory at hand, and from there to a vector of the caller's own: what nobody can avoid whose
/// values go to another process and come back.
pub(crate) fn copies(name: &str, length: usize) -> Case {
    let (here, mut there) = (vec![1u8; length], vec![2u8; length]);
    Case::new(name, move || {
        there.copy_from_slice(std::hint::black_box(&here));
        std::hint::black_box(std::hint::black_box(&there).to_vec());
    })
}

/// A process that does nothing, from its start to its end.
pub(crate) fn spawn(name: &str) -> Case {
    Case::new(name, || {
        let status = command("empty", &[]).and_then(|mut command| Ok(command.status()?));
        assert!(status.expect("this program can be started").success());
    })
}
