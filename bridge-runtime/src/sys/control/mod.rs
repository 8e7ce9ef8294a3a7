//! The control stream: a server's standard input, through which the client that launched it controls it. It consists of lines. One
//! of them is the greeting, and the end of the stream tells the server that its client is gone.
//!
//! On Unix it is a socket, through which the client also hands over open files: its end of a connection, or shared memory. They need
//! no name, so the server can use them whatever it sees of the file system, and whichever user it runs as. Each is attached to a
//! line with its address.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::fmt;
use std::io::{self, BufRead, BufReader, Read as _};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use crate::sync::LockExt as _;

#[cfg(unix)]
use unix as system;
#[cfg(unix)]
pub(crate) use unix::take_handed_over;
#[cfg(windows)]
use windows as system;

/// The client's end of a control stream. Copies are the same end.
#[derive(Clone)]
pub(crate) struct ControlSender(Arc<Mutex<Option<system::Sender>>>);

impl fmt::Debug for ControlSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ControlSender").finish_non_exhaustive()
    }
}

impl ControlSender {
    /// Creates a control stream: the client's end, and the standard input of the server to start.
    ///
    /// # Errors
    /// The system's error.
    pub(crate) fn new() -> io::Result<(Self, Stdio)> {
        let (sender, stdin) = system::stream()?;
        Ok((Self(Arc::new(Mutex::new(Some(sender)))), stdin))
    }

    /// Sends a line.
    ///
    /// # Errors
    /// The system's error; [`io::ErrorKind::BrokenPipe`] after [`ControlSender::close`].
    pub(crate) fn send_line(&self, line: &str) -> io::Result<()> {
        self.with(|sender| sender.send_line(line))
    }

    /// Hands an open file over to the server, which takes it by the address that is returned.
    ///
    /// # Errors
    /// As [`ControlSender::send_line`].
    #[cfg(unix)]
    pub(crate) fn hand_over(&self, file: impl std::os::fd::AsFd) -> io::Result<String> {
        self.with(|sender| sender.hand_over(file.as_fd()))
    }

    /// Closes the stream, which makes the server exit.
    pub(crate) fn close(&self) {
        *self.0.lock_unpoisoned() = None;
    }

    /// Closes this process's copy of the stream, in a fork of the process that has created it.
    pub(crate) fn close_copy_in_fork(&self) {
        // A thread that does not exist here may hold the lock.
        if let Ok(mut sender) = self.0.try_lock() {
            *sender = None;
        }
    }

    fn with<T>(&self, send: impl FnOnce(&mut system::Sender) -> io::Result<T>) -> io::Result<T> {
        match &mut *self.0.lock_unpoisoned() {
            Some(sender) => send(sender),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

/// The server's end of a control stream.
pub(crate) struct Control {
    input: BufReader<system::Receiver>,
}

impl Control {
    /// Takes standard input from the rest of this process: the library must not read the client's messages, and finds an empty
    /// input instead.
    ///
    /// # Errors
    /// The system's error.
    pub(crate) fn take_stdin() -> io::Result<Self> {
        Ok(Self { input: BufReader::new(system::Receiver::take_stdin()?) })
    }

    /// Waits for the next line. Open files that arrive before it are stored for [`take_handed_over`].
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] at the end of the stream, otherwise the system's error.
    pub(crate) fn next_line(&mut self) -> io::Result<String> {
        loop {
            let line = read_line(&mut self.input)?;
            if !self.input.get_mut().store_file(&line) {
                return Ok(line);
            }
        }
    }
}

/// The maximum length of a line, in bytes. It leaves room for the longest path of any system, twice.
const LONGEST_LINE: u64 = 64 << 10;

/// Reads a line, without its end.
///
/// # Errors
/// [`io::ErrorKind::UnexpectedEof`] at the end of the input, [`io::ErrorKind::InvalidData`] if it is not text, otherwise the error of
/// the input.
pub(crate) fn read_line(input: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    match input.take(LONGEST_LINE).read_line(&mut line)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line.trim_end().to_owned()),
    }
}
