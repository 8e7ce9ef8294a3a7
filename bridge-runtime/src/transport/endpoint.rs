//! Endpoints: where a client listens, and to which the server connects. Only this user can reach them.

use std::fs::File;
use std::io;
use std::path::Path;

use super::Channel;
#[cfg(unix)]
use super::fifo::FifoPair;
#[cfg(unix)]
use super::handed_over::{HandedOver, connect_handed_over};
use super::local_socket::{LocalListener, connect_local};
use super::route::Route;
#[cfg(unix)]
use super::route::wine_path;

/// An endpoint at which another process can connect.
#[derive(Debug)]
pub(crate) enum Endpoint {
    /// A named pipe on Windows, a Unix domain socket elsewhere.
    Local(LocalListener),
    /// A pair of FIFOs, which are the only pipes between a Unix process and a Windows process under Wine.
    #[cfg(unix)]
    Fifo(FifoPair),
    /// A connected socket, whose other end the server is given.
    #[cfg(unix)]
    HandedOver(HandedOver),
}

impl Endpoint {
    /// Makes an endpoint that the server can reach by `route`.
    ///
    /// # Errors
    /// The system's error.
    pub(crate) fn new(route: &Route) -> io::Result<Self> {
        match route {
            Route::Names { dir } => Ok(Self::Local(LocalListener::random(dir.as_deref())?)),
            #[cfg(unix)]
            Route::Wine { dir } => Ok(Self::Fifo(FifoPair::new(dir.as_deref())?)),
            #[cfg(unix)]
            Route::HandedOver(control) => Ok(Self::HandedOver(HandedOver::new(control)?)),
        }
    }

    /// The address that the other process passes to [`connect`].
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Local(listener) => format!("{LOCAL}{}", listener.path().display()),
            #[cfg(unix)]
            Self::Fifo(pair) => format!("{FIFO}{}", wine_path(&pair.dir().display().to_string())),
            #[cfg(unix)]
            Self::HandedOver(socket) => socket.address().to_owned(),
        }
    }

    /// Waits for the other process to connect; also returns its process id, if the system reports it.
    ///
    /// # Errors
    /// The system's error; [`io::ErrorKind::Interrupted`] after [`Endpoint::wake`].
    pub(crate) fn accept(&self) -> io::Result<(Channel, Option<u32>)> {
        match self {
            Self::Local(listener) => listener.accept(),
            #[cfg(unix)]
            Self::Fifo(pair) => Ok((pair.open()?, None)),
            #[cfg(unix)]
            Self::HandedOver(socket) => Ok((socket.accept()?, None)),
        }
    }

    /// The file to which the server writes the code of the exception that ends it, four bytes, if its exit code cannot report it.
    ///
    /// # Errors
    /// The system's error.
    pub(crate) fn exception(&self) -> io::Result<Option<File>> {
        match self {
            Self::Local(_) => Ok(None),
            #[cfg(unix)]
            Self::HandedOver(_) => Ok(None),
            #[cfg(unix)]
            Self::Fifo(pair) => pair.exception().map(Some),
        }
    }

    /// Ends the wait of another thread in [`Endpoint::accept`], or for the first message of a process that never gets its end.
    pub(crate) fn wake(&self) {
        match self {
            Self::Local(listener) => listener.wake(),
            #[cfg(unix)]
            Self::Fifo(pair) => pair.wake(),
            #[cfg(unix)]
            Self::HandedOver(socket) => socket.wake(),
        }
    }
}

const LOCAL: &str = "local:";
const FIFO: &str = "fifo:";

/// Connects to the [`Endpoint`] of another process.
///
/// # Errors
/// The system's error; [`io::ErrorKind::InvalidInput`] if `address` is not an address.
pub(crate) fn connect(address: &str) -> io::Result<Channel> {
    if let Some(path) = address.strip_prefix(LOCAL) {
        connect_local(Path::new(path))
    } else if let Some(dir) = address.strip_prefix(FIFO) {
        super::fifo::connect_fifo(Path::new(dir))
    } else {
        #[cfg(unix)]
        if let Some(channel) = connect_handed_over(address)? {
            return Ok(channel);
        }
        Err(io::Error::new(io::ErrorKind::InvalidInput, format!("`{address}` is not an address")))
    }
}

/// Reports the exception that ends this process to the client at `address`, if the exit code cannot report it.
///
/// # Errors
/// The system's error.
pub(crate) fn report_exceptions(address: &str) -> io::Result<()> {
    match address.strip_prefix(FIFO) {
        Some(dir) => super::fifo::report_exceptions(Path::new(dir)),
        None => Ok(()),
    }
}
