//! Unix domain sockets at paths of any length, and at names that a server which was killed has left behind.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, OFlags, flock};

/// The longest path that an address of every Unix holds: 104 bytes, with a NUL at the end, on those with the shortest.
const LONGEST_PATH: usize = 103;

/// Listens at a path.
///
/// # Errors
/// The system's error.
pub(super) fn listen(path: &Path) -> io::Result<UnixListener> {
    with_short_path(path, |path| UnixListener::bind(path))
}

/// Connects to the socket at a path.
///
/// # Errors
/// The system's error.
pub(super) fn connect(path: &Path) -> io::Result<UnixStream> {
    with_short_path(path, |path| UnixStream::connect(path))
}

/// Calls `open` with `path`, or with a path of the same socket that is short enough for an address.
fn with_short_path<T>(path: &Path, open: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let (true, Some(parent), Some(name)) = (path.as_os_str().len() > LONGEST_PATH, path.parent(), path.file_name())
    else {
        return open(path);
    };
    let flags = (OFlags::PATH | OFlags::DIRECTORY).bits().cast_signed();
    let folder = File::options().read(true).custom_flags(flags).open(parent)?;
    let short = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(name);
    open(&short).map_err(|error| match Path::new("/proc/self").exists() {
        true => error,
        false => io::Error::new(
            error.kind(),
            format!("{} is longer than {LONGEST_PATH} bytes, which needs /proc, and it is not mounted", path.display()),
        ),
    })
}

/// How long to wait for another process that claims a name in the same folder.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keeps other processes from claiming names in the folder of `path`, until the result is dropped: two that find the socket of a
/// server which was killed must not remove each other's new one.
///
/// # Errors
/// The system's error; [`io::ErrorKind::TimedOut`] if another process holds the lock.
pub(super) fn lock_folder_of(path: &Path) -> io::Result<File> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder_error = |error: io::Error| {
        io::Error::new(error.kind(), format!("the folder {} cannot be locked: {error}", folder.display()))
    };
    let lock = File::open(folder).map_err(folder_error)?;
    let begin = Instant::now();
    loop {
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(lock),
            Err(rustix::io::Errno::WOULDBLOCK) if begin.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(folder_error(io::Error::new(io::ErrorKind::TimedOut, "another process holds the lock")));
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(folder_error(error.into())),
        }
    }
}
