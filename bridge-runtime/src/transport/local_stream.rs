//! A stream of the system's that one thread waits on and another can break.

use std::io::{self, IoSlice, Read, Write};
use std::sync::Arc;

use interprocess::local_socket::Stream;

use super::Disconnector;
use breakable::BreakableStream;

/// A named pipe or a Unix domain socket.
#[derive(Debug)]
pub(super) struct LocalStream(Arc<BreakableStream>);

impl LocalStream {
    pub(super) fn new(stream: Stream) -> Self {
        Self(Arc::new(BreakableStream::new(stream)))
    }

    /// Ends every read and write, those that wait and those to come. It does not keep the stream open.
    pub(super) fn disconnector(&self) -> Disconnector {
        let breakable = Arc::downgrade(&self.0);
        Disconnector::new(move || {
            if let Some(breakable) = breakable.upgrade() {
                breakable.fail();
            }
        })
    }
}

impl Read for LocalStream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.during(|mut stream| stream.read(into))
    }
}

impl Write for LocalStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.during(|mut stream| stream.write(bytes))
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.during(|stream| breakable::write(stream, parts))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
mod breakable {
    use std::io::{self, IoSlice};
    use std::os::fd::AsFd as _;

    use interprocess::local_socket::Stream;
    use rustix::net::{SendAncillaryBuffer, SendFlags, Shutdown, sendmsg, shutdown};

    #[derive(Debug)]
    pub(super) struct BreakableStream(Stream);

    impl BreakableStream {
        pub(super) fn new(stream: Stream) -> Self {
            Self(stream)
        }

        pub(super) fn during(&self, transfer: impl FnOnce(&Stream) -> io::Result<usize>) -> io::Result<usize> {
            transfer(&self.0)
        }

        /// The system remembers it: who comes later does not wait either.
        pub(super) fn fail(&self) {
            let Stream::UdSocket(socket) = &self.0;
            // It fails where the other end has gone, and then nobody waits.
            let _ = shutdown(socket.as_fd(), Shutdown::Both);
        }
    }

    /// As `write`, of several parts at once. The standard library's own would raise a signal where nobody reads.
    pub(super) fn write(stream: &Stream, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        let Stream::UdSocket(socket) = stream;
        let mut nothing_else = SendAncillaryBuffer::default();
        Ok(sendmsg(socket.as_fd(), parts, &mut nothing_else, SendFlags::NOSIGNAL)?)
    }
}

#[cfg(windows)]
mod breakable {
    use std::io::{self, IoSlice, Write as _};
    use std::os::windows::io::AsHandle as _;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use interprocess::local_socket::Stream;

    #[derive(Debug)]
    pub(super) struct BreakableStream {
        stream: Stream,
        /// Whether a thread is, or is about to be, inside the system for it.
        is_busy: AtomicBool,
        is_broken: AtomicBool,
    }

    /// The pause between two attempts.
    const AGAIN: Duration = Duration::from_millis(1);

    impl BreakableStream {
        pub(super) fn new(stream: Stream) -> Self {
            Self { stream, is_busy: AtomicBool::new(false), is_broken: AtomicBool::new(false) }
        }

        pub(super) fn during(&self, transfer: impl FnOnce(&Stream) -> io::Result<usize>) -> io::Result<usize> {
            self.is_busy.store(true, Ordering::SeqCst);
            let result = match self.is_broken.load(Ordering::SeqCst) {
                true => Err(io::ErrorKind::ConnectionAborted.into()),
                false => transfer(&self.stream),
            };
            self.is_busy.store(false, Ordering::SeqCst);
            match result {
                Err(_) if self.is_broken.load(Ordering::SeqCst) => Err(io::ErrorKind::ConnectionAborted.into()),
                result => result,
            }
        }

        /// The system cancels what waits, and remembers nothing: it is asked again until nobody waits. Who comes later
        /// sees the flag, which was set first.
        pub(super) fn fail(&self) {
            let Stream::NamedPipe(pipe) = &self.stream;
            self.is_broken.store(true, Ordering::SeqCst);
            while self.is_busy.load(Ordering::SeqCst) {
                crate::sys::cancel_transfers(pipe.inner().as_handle());
                std::thread::sleep(AGAIN);
            }
            // Closing it would otherwise wait, in a thread of interprocess's, for a reader that may never come.
            pipe.inner().assume_flushed();
        }
    }

    /// As `write`, of the first part: the system has nothing for several.
    pub(super) fn write(mut stream: &Stream, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        stream.write_vectored(parts)
    }
}
