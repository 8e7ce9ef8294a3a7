//! How the server of a drop-in library is started.

use std::ffi::{CStr, c_char};
use std::time::Duration;

use crate::client::{Builder, Client, Restart};
use crate::environment::Environment;
use crate::error::Error;
use crate::handshake::Transport;
use crate::interface::Interface as _;
use crate::sys;

/// What `cargo bridge32 drop-in` links into a drop-in library: lines of `name=value`.
#[derive(Debug, Clone, Copy)]
pub struct Settings(*const c_char);

// SAFETY: the text is a constant.
unsafe impl Send for Settings {}
// SAFETY: as above.
unsafe impl Sync for Settings {}

/// The restart policy without one in the settings. A C program cannot start the server again.
const RESTART: Restart =
    Restart::OnFailure { max: 5, within: Duration::from_secs(60), backoff: Duration::from_millis(100) };

impl Settings {
    /// The settings at an address.
    ///
    /// # Safety
    /// A text that ends with a NUL is there for as long as the process lives.
    pub const unsafe fn at(text: *const c_char) -> Self {
        Self(text)
    }

    /// A builder with these settings.
    ///
    /// # Errors
    /// [`Error::Transport`] if they name a transport that does not exist, [`Error::Path`] if it is not known where this library is.
    pub(super) fn builder<C: Client>(self) -> Result<Builder<C>, Error> {
        // SAFETY: guaranteed by the caller of `at`.
        let text = unsafe { CStr::from_ptr(self.0) }.to_string_lossy();
        let settings = || text.lines().filter_map(|line| line.split_once('='));
        let folder = settings().find(|(name, _)| *name == "folder").map_or("", |(_, folder)| folder);
        // A relative path would be one of the program's current folder.
        let own_folder = sys::module_dir().ok_or_else(|| Error::Path {
            path: folder.into(),
            reason: "is next to this library, and the system does not say where that is".to_owned(),
        })?;
        let folder = own_folder.join(folder);
        let variable = C::Interface::description().server_variable();
        let is_named_elsewhere = Environment::default().variable(&variable).is_some();
        let mut builder = C::builder().restart(RESTART);
        for (name, value) in settings() {
            let duration = || Duration::from_millis(value.parse().unwrap_or_default());
            builder = match name {
                "server" if !is_named_elsewhere => builder.server(folder.join(value)),
                // Not by its name alone: a file in the program's current folder may have that, too.
                "original" => builder.library(folder.join(value)),
                "library" => builder.library(value),
                "restart" if value == "never" => builder.restart(Restart::Never),
                "start-timeout" => builder.start_timeout(duration()),
                "call-timeout" => builder.call_timeout(duration()),
                "transport" => builder.transport(Transport::named(value)?),
                "runner" => builder.runner(value.split('\t')),
                _ => builder,
            };
        }
        Ok(builder)
    }
}
