//! A pair of FIFOs, which connect a Unix process and a Windows process under Wine. The Windows process opens them as ordinary
//! files; Wine shows it the Unix file system as drive `Z:`.

use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice, Read, Write};
use std::path::Path;

use super::{Channel, PipeTransport};
use crate::sys::without_sigpipe;

/// The FIFO from client to server.
const REQUESTS: &str = "requests";
/// The FIFO from server to client.
const RESPONSES: &str = "responses";
/// An ordinary file, to which the server writes the code of the exception that ends it. Of its exit code, a Unix process gets only
/// the lowest 8 bits.
const EXCEPTION: &str = "exception";

/// Both FIFOs as one byte stream.
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
        without_sigpipe(|| self.writer.write(bytes))
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        without_sigpipe(|| self.writer.write_vectored(parts))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Connects to the FIFOs of a client, in the server.
pub(super) fn connect_fifo(dir: &Path) -> io::Result<Channel> {
    // Wine opens FIFOs without waiting for the other end, and the client has opened both already. It opens them in this order.
    let writer = OpenOptions::new().write(true).open(dir.join(RESPONSES))?;
    let reader = File::open(dir.join(REQUESTS))?;
    Ok(Channel::new(PipeTransport::new(Duplex { reader, writer })))
}

/// Reports the exception that ends this process, if one does, in the client's file.
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

    /// The client's end, before the server has connected.
    #[derive(Debug)]
    pub(crate) struct FifoPair {
        dir: PrivateDir,
        reader: File,
        /// Keeps the FIFO of the requests open for reading and writing, so that either end can open it without waiting.
        _holder: File,
        exception: File,
    }

    impl FifoPair {
        /// Creates both FIFOs in a private folder, inside `parent` or else inside the folder for temporary files, and opens this
        /// end of them.
        ///
        /// # Errors
        /// The system's error.
        pub(crate) fn new(parent: Option<&Path>) -> io::Result<Self> {
            let dir = PrivateDir::new(parent)?;
            for name in [REQUESTS, RESPONSES] {
                mknodat(CWD, dir.path().join(name), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
            }
            let reader = nonblocking().read(true).open(dir.path().join(RESPONSES))?;
            let _holder = OpenOptions::new().read(true).write(true).open(dir.path().join(REQUESTS))?;
            let exception = dir.path().join(EXCEPTION);
            let exception = OpenOptions::new().read(true).write(true).create_new(true).open(exception)?;
            Ok(Self { dir, reader, _holder, exception })
        }

        /// The file to which the server writes the exception that ends it. It stays readable after the folder was removed.
        pub(crate) fn exception(&self) -> io::Result<File> {
            self.exception.try_clone()
        }

        /// The folder with the FIFOs.
        pub(crate) fn dir(&self) -> &Path {
            self.dir.path()
        }

        /// Waits until the server has connected, which it shows by its first message.
        pub(in super::super) fn open(&self) -> io::Result<Channel> {
            // Linux does not report a hang-up for a FIFO that never had a writer, so this waits for the first one.
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

        /// Ends the wait in [`FifoPair::open`]. A writer that opens the FIFO and closes it is a hang-up.
        pub(crate) fn wake(&self) {
            // It fails only if the FIFO has no reader, and then no thread waits.
            let _ = nonblocking().write(true).open(self.dir.path().join(RESPONSES));
        }
    }

    /// Opens a FIFO without waiting for the other end. Opening for writing fails if the other end is not open.
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
        fn folder_and_fifos_are_for_this_user_only() {
            let pair = FifoPair::new(None).unwrap();
            assert_eq!(pair.dir().metadata().unwrap().mode() & 0o777, 0o700);
            for name in [REQUESTS, RESPONSES] {
                assert_eq!(pair.dir().join(name).metadata().unwrap().mode() & 0o777, 0o600);
            }
        }
    }
}
