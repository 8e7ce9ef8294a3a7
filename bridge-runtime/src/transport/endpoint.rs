//! Where client and server meet: a name that only this user can reach, and whoever connects to it.

use std::fs::File;
use std::io;
use std::path::Path;

use super::Channel;
#[cfg(unix)]
use super::fifo::FifoPair;
use super::local_socket::{LocalListener, connect_local};

/// What a connection between two processes travels over, and how the other process reaches it.
#[derive(Debug)]
pub(crate) enum Endpoint {
    /// A named pipe on Windows, a Unix domain socket elsewhere.
    Local(LocalListener),
    /// A pair of FIFOs: the only pipe between a Unix process and a Windows process under Wine.
    #[cfg(unix)]
    Fifo(FifoPair),
}

impl Endpoint {
    /// A new one with a random name. `for_wine`: the other process is a Windows process on a Unix system.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn new(for_wine: bool) -> io::Result<Self> {
        #[cfg(unix)]
        if for_wine {
            return Ok(Self::Fifo(FifoPair::new()?));
        }
        debug_assert!(!for_wine || cfg!(unix));
        Ok(Self::Local(LocalListener::random()?))
    }

    /// What [`connect`] takes on the other side.
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Local(listener) => format!("{LOCAL}{}", listener.path().display()),
            #[cfg(unix)]
            Self::Fifo(pair) => format!("{FIFO}{}", wine_path(&pair.dir().display().to_string())),
        }
    }

    /// Waits for the other process; also returns its number where the system tells it.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::Interrupted`] after [`Endpoint::wake`].
    pub(crate) fn accept(&self) -> io::Result<(Channel, Option<u32>)> {
        match self {
            Self::Local(listener) => listener.accept(),
            #[cfg(unix)]
            Self::Fifo(pair) => Ok((pair.open()?, None)),
        }
    }

    /// The file in which the server leaves the exception that ends it, four bytes, where its exit code would not tell.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn exception(&self) -> io::Result<Option<File>> {
        match self {
            Self::Local(_) => Ok(None),
            #[cfg(unix)]
            Self::Fifo(pair) => pair.exception().map(Some),
        }
    }

    /// Ends a wait in another thread, now or later.
    pub(crate) fn wake(&self) {
        match self {
            Self::Local(listener) => listener.wake(),
            #[cfg(unix)]
            Self::Fifo(pair) => pair.wake(),
        }
    }
}

/// An absolute path as a program under Wine sees it.
pub(crate) fn wine_path(path: &str) -> String {
    format!("Z:{path}").replace('/', "\\")
}

const LOCAL: &str = "local:";
const FIFO: &str = "fifo:";

/// Connects to an [`Endpoint`] of another process by its address.
///
/// # Errors
/// What the system says, and [`io::ErrorKind::InvalidInput`] for what is no address.
pub(crate) fn connect(address: &str) -> io::Result<Channel> {
    if let Some(path) = address.strip_prefix(LOCAL) {
        connect_local(Path::new(path))
    } else if let Some(dir) = address.strip_prefix(FIFO) {
        super::fifo::connect_fifo(Path::new(dir))
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, format!("`{address}` is no address")))
    }
}

/// Leaves the exception that ends this process where the client at an address finds it, if it could not see it
/// otherwise.
///
/// # Errors
/// What the system says.
pub(crate) fn report_exceptions(address: &str) -> io::Result<()> {
    match address.strip_prefix(FIFO) {
        Some(dir) => super::fifo::report_exceptions(Path::new(dir)),
        None => Ok(()),
    }
}
