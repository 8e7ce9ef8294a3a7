//! Endpoints: where a client listens, and to which the server connects. Only this user can reach them.

use std::fs::File;
use std::io;
use std::path::Path;

use super::Channel;
#[cfg(unix)]
use super::fifo::FifoPair;
use super::local_socket::{LocalListener, connect_local};

/// An endpoint at which another process can connect.
#[derive(Debug)]
pub(crate) enum Endpoint {
    /// A named pipe on Windows, a Unix domain socket elsewhere.
    Local(LocalListener),
    /// A pair of FIFOs, which are the only pipes between a Unix process and a Windows process under Wine.
    #[cfg(unix)]
    Fifo(FifoPair),
}

impl Endpoint {
    /// Listens at a random name. `for_wine` if the other process is a Windows process on a Unix system.
    ///
    /// # Errors
    /// The system's error.
    pub(crate) fn new(for_wine: bool) -> io::Result<Self> {
        #[cfg(unix)]
        if for_wine {
            return Ok(Self::Fifo(FifoPair::new()?));
        }
        debug_assert!(!for_wine || cfg!(unix));
        Ok(Self::Local(LocalListener::random()?))
    }

    /// The address that the other process passes to [`connect`].
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Local(listener) => format!("{LOCAL}{}", listener.path().display()),
            #[cfg(unix)]
            Self::Fifo(pair) => format!("{FIFO}{}", wine_path(&pair.dir().display().to_string())),
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
            Self::Fifo(pair) => pair.exception().map(Some),
        }
    }

    /// Ends the wait of another thread in [`Endpoint::accept`], and every later one.
    pub(crate) fn wake(&self) {
        match self {
            Self::Local(listener) => listener.wake(),
            #[cfg(unix)]
            Self::Fifo(pair) => pair.wake(),
        }
    }
}

/// Translates an absolute path for a program under Wine.
pub(crate) fn wine_path(path: &str) -> String {
    format!("Z:{path}").replace('/', "\\")
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
