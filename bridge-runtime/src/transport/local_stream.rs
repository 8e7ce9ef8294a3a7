//! A named pipe or Unix domain socket that one thread waits on and another can disconnect.

use std::io::{self, IoSlice, Read, Write};
use std::sync::Arc;

use interprocess::local_socket::Stream;

use super::Disconnector;
use system::SystemStream;

/// A connected named pipe or Unix domain socket.
#[derive(Debug)]
pub(super) struct LocalStream(Arc<SystemStream>);

impl LocalStream {
    /// # Errors
    /// The system's error.
    pub(super) fn new(stream: Stream) -> io::Result<Self> {
        Ok(Self(Arc::new(SystemStream::new(stream)?)))
    }

    /// Returns what fails every read and write, those in progress and those to come. It does not keep the stream open.
    pub(super) fn disconnector(&self) -> Disconnector {
        let stream = Arc::downgrade(&self.0);
        Disconnector::new(move || {
            if let Some(stream) = stream.upgrade() {
                stream.disconnect();
            }
        })
    }
}

impl Read for LocalStream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Write for LocalStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.write_vectored(parts)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
mod system {
    use std::io::{self, IoSlice, Read as _, Write as _};
    use std::os::fd::AsFd as _;

    use interprocess::local_socket::Stream;
    use rustix::net::{SendAncillaryBuffer, SendFlags, Shutdown, sendmsg, shutdown};

    /// A Unix domain socket.
    #[derive(Debug)]
    pub(super) struct SystemStream(Stream);

    impl SystemStream {
        #[allow(clippy::unnecessary_wraps, reason = "another system's may fail")]
        pub(super) fn new(stream: Stream) -> io::Result<Self> {
            Ok(Self(stream))
        }

        pub(super) fn read(&self, into: &mut [u8]) -> io::Result<usize> {
            (&self.0).read(into)
        }

        pub(super) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
            (&self.0).write(bytes)
        }

        /// Writes several parts at once. The standard library's function would raise a signal if the other end is closed.
        pub(super) fn write_vectored(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
            let Stream::UdSocket(socket) = &self.0;
            let mut no_ancillary_data = SendAncillaryBuffer::default();
            Ok(sendmsg(socket.as_fd(), parts, &mut no_ancillary_data, SendFlags::NOSIGNAL)?)
        }

        /// Fails reads and writes in progress. The system remembers it, so later ones fail, too.
        pub(super) fn disconnect(&self) {
            let Stream::UdSocket(socket) = &self.0;
            // It fails if the other end is gone, and then no thread waits.
            let _ = shutdown(socket.as_fd(), Shutdown::Both);
        }
    }
}

#[cfg(windows)]
mod system {
    use std::io::{self, IoSlice};
    use std::os::windows::io::{AsHandle as _, BorrowedHandle};
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use interprocess::local_socket::Stream;

    use crate::sync::LockExt as _;
    use crate::sys::PipeTransfers;

    /// A named pipe.
    #[derive(Debug)]
    pub(super) struct SystemStream {
        stream: Stream,
        /// Not those of the crate `interprocess`, which would run asynchronous procedure calls of the library while they wait. One
        /// thread at a time transfers bytes, so the lock is always free.
        transfers: Mutex<PipeTransfers>,
        /// Whether a thread is transferring bytes, or about to.
        is_busy: AtomicBool,
        is_disconnected: AtomicBool,
    }

    /// The pause before transfers are cancelled again.
    const PAUSE: Duration = Duration::from_millis(1);

    impl SystemStream {
        pub(super) fn new(stream: Stream) -> io::Result<Self> {
            let transfers = Mutex::new(PipeTransfers::new()?);
            Ok(Self { stream, transfers, is_busy: AtomicBool::new(false), is_disconnected: AtomicBool::new(false) })
        }

        pub(super) fn read(&self, into: &mut [u8]) -> io::Result<usize> {
            self.transfer(|transfers, pipe| transfers.read(pipe, into))
        }

        pub(super) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
            let Stream::NamedPipe(pipe) = &self.stream;
            // When the pipe is closed, what the other end has not read yet must not be lost.
            pipe.inner().mark_dirty();
            self.transfer(|transfers, pipe| transfers.write(pipe, bytes))
        }

        /// Writes the first part: the system cannot write several parts to a pipe at once.
        pub(super) fn write_vectored(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
            let first = parts.iter().find(|part| !part.is_empty());
            first.map_or(Ok(0), |first| self.write(first))
        }

        fn transfer(
            &self,
            transfer: impl FnOnce(&mut PipeTransfers, BorrowedHandle<'_>) -> io::Result<usize>,
        ) -> io::Result<usize> {
            let Stream::NamedPipe(pipe) = &self.stream;
            self.is_busy.store(true, Ordering::SeqCst);
            let result = match self.is_disconnected.load(Ordering::SeqCst) {
                true => Err(io::ErrorKind::ConnectionAborted.into()),
                false => transfer(&mut self.transfers.lock_unpoisoned(), pipe.inner().as_handle()),
            };
            self.is_busy.store(false, Ordering::SeqCst);
            match result {
                Err(_) if self.is_disconnected.load(Ordering::SeqCst) => Err(io::ErrorKind::ConnectionAborted.into()),
                result => result,
            }
        }

        /// Fails reads and writes in progress. The system cancels only those that have begun, so it is asked again until there
        /// are none. Later ones see the flag, which is set first.
        pub(super) fn disconnect(&self) {
            let Stream::NamedPipe(pipe) = &self.stream;
            self.is_disconnected.store(true, Ordering::SeqCst);
            while self.is_busy.load(Ordering::SeqCst) {
                crate::sys::cancel_transfers(pipe.inner().as_handle());
                std::thread::sleep(PAUSE);
            }
            // Otherwise, closing the pipe would wait, in a thread of the crate `interprocess`, for a read that may never come.
            pipe.inner().assume_flushed();
        }
    }
}
