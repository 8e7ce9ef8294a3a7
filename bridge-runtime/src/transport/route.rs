//! How a server reaches the connections and the shared memory of its client.

use std::io;
use std::path::PathBuf;

#[cfg(unix)]
use crate::sys::ControlSender;
use crate::sys::MemoryOffer;

/// How a server reaches the connections and the shared memory of its client.
#[derive(Debug, Clone)]
pub(crate) enum Route {
    /// By names that only this user can open.
    Names {
        /// The folder of the sockets, instead of the one for temporary files; unused on Windows, where pipes are in no folder.
        dir: Option<PathBuf>,
    },
    /// By paths of this system, translated for a Windows process under Wine.
    #[cfg(unix)]
    Wine {
        /// The folder of the FIFOs, instead of the one for temporary files.
        dir: Option<PathBuf>,
    },
    /// Without names: as open files, which the client hands over through the server's standard input.
    #[cfg(unix)]
    HandedOver(ControlSender),
}

impl Route {
    /// The route to servers that this client has not started.
    pub(crate) const CONNECTED: Self = Self::Names { dir: None };

    /// Makes the address by which the server opens shared memory.
    ///
    /// # Errors
    /// The system's error, if the memory cannot be handed over.
    pub(crate) fn memory_address(&self, offer: &MemoryOffer) -> io::Result<String> {
        match self {
            Self::Names { .. } => Ok(offer.address(str::to_owned)),
            #[cfg(unix)]
            Self::Wine { .. } => Ok(offer.address(wine_path)),
            #[cfg(unix)]
            Self::HandedOver(control) => offer.hand_over(control),
        }
    }
}

/// Translates an absolute path for a program under Wine.
pub(crate) fn wine_path(path: &str) -> String {
    format!("Z:{path}").replace('/', "\\")
}
