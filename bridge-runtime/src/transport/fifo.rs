//! A pair of FIFOs in a folder of this user's own: how a Unix process and a Windows process under Wine reach each
//! other. The Windows side opens them as ordinary files; Wine shows it the Unix file system as drive `Z:`.

use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice, Read, Write};
use std::path::Path;

use super::{Channel, PipeTransport};

/// Client to server.
const REQUESTS: &str = "requests";
/// Server to client.
const RESPONSES: &str = "responses";
/// An ordinary file, for the exception that ends the server. A Unix process learns the lowest 8 bits of the exit code
/// only.
const EXCEPTION: &str = "exception";

/// Both FIFOs as one stream.
struct Duplex {
    reader: File,
    writer: File,
}

impl Read for Duplex {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.reader.read(into)
    }
}

impl Write for Duplex {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        self.writer.write_vectored(parts)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Connects to a [`FifoPair`] from the other process.
pub(super) fn connect_fifo(dir: &Path) -> io::Result<Channel> {
    // Wine opens without waiting, so the client has both ends open by now; the order is that of the client.
    let writer = OpenOptions::new().write(true).open(dir.join(RESPONSES))?;
    let reader = File::open(dir.join(REQUESTS))?;
    Ok(Channel::new(PipeTransport::new(Duplex { reader, writer })))
}

/// From now on, leaves the exception that ends this process with the client.
pub(super) fn report_exceptions(dir: &Path) -> io::Result<()> {
    crate::sys::report_exceptions(OpenOptions::new().write(true).open(dir.join(EXCEPTION))?);
    Ok(())
}

#[cfg(unix)]
pub(super) use unix::FifoPair;

#[cfg(unix)]
mod unix {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::path::Path;

    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::fs::{CWD, FileType, Mode, OFlags, fcntl_getfl, fcntl_setfl, mknodat};

    use super::super::private_dir::PrivateDir;
    use super::{Channel, Duplex, EXCEPTION, PipeTransport, REQUESTS, RESPONSES};

    /// The client's side, before the server has connected.
    #[derive(Debug)]
    pub(crate) struct FifoPair {
        dir: PrivateDir,
        reader: File,
        /// The server's requests need a reader and a writer from the beginning, for either side to open them at once.
        _holder: File,
        exception: File,
    }

    impl FifoPair {
        /// Makes both FIFOs, and opens this side of them.
        ///
        /// # Errors
        /// What the system says.
        pub(crate) fn new() -> io::Result<Self> {
            let dir = PrivateDir::new()?;
            for name in [REQUESTS, RESPONSES] {
                mknodat(CWD, dir.path().join(name), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
            }
            let reader = nonblocking().read(true).open(dir.path().join(RESPONSES))?;
            let _holder = OpenOptions::new().read(true).write(true).open(dir.path().join(REQUESTS))?;
            let exception = dir.path().join(EXCEPTION);
            let exception = OpenOptions::new().read(true).write(true).create_new(true).open(exception)?;
            Ok(Self { dir, reader, _holder, exception })
        }

        /// Where the server leaves the exception that ends it; readable for as long as it is held, whatever becomes of
        /// the folder.
        pub(crate) fn exception(&self) -> io::Result<File> {
            self.exception.try_clone()
        }

        /// The folder that holds them.
        pub(crate) fn dir(&self) -> &Path {
            self.dir.path()
        }

        /// Waits until the server has written, and with that opened both.
        pub(in super::super) fn open(&self) -> io::Result<Channel> {
            // Linux reports no hang-up on a FIFO that never had a writer, so this waits for the first one.
            loop {
                match poll(&mut [PollFd::new(&self.reader, PollFlags::IN)], None) {
                    Ok(_) => break,
                    Err(rustix::io::Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            let reader = self.reader.try_clone()?;
            fcntl_setfl(&reader, fcntl_getfl(&reader)? - OFlags::NONBLOCK)?;
            let writer = nonblocking().write(true).open(self.dir.path().join(REQUESTS))?;
            fcntl_setfl(&writer, fcntl_getfl(&writer)? - OFlags::NONBLOCK)?;
            Ok(Channel::new(PipeTransport::new(Duplex { reader, writer })))
        }

        /// Ends the wait in [`FifoPair::open`]: a writer that comes and goes is a hang-up.
        pub(crate) fn wake(&self) {
            // Opening can fail only if nobody can be waiting.
            let _ = nonblocking().write(true).open(self.dir.path().join(RESPONSES));
        }
    }

    /// A FIFO opens at once this way, whether or not the other end is open: for writing it then fails.
    fn nonblocking() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
        options
    }

    #[cfg(test)]
    mod tests {
        use std::os::unix::fs::MetadataExt as _;

        use super::*;

        #[test]
        fn folder_and_files_are_this_user_s_alone() {
            let pair = FifoPair::new().unwrap();
            assert_eq!(pair.dir().metadata().unwrap().mode() & 0o777, 0o700);
            for name in [REQUESTS, RESPONSES] {
                assert_eq!(pair.dir().join(name).metadata().unwrap().mode() & 0o777, 0o600);
            }
        }
    }
}
