//! The trait of types that serve an interface, and the context that they are started with.

use std::error::Error as StdError;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::target::{Dispatch, LibraryThreadTargets};
use crate::interface::Interface;

/// A type that serves an interface.
///
/// `#[bridge32(lib = …)]` implements it for the generated library type. A custom server implements it by hand, and
/// `bridge32::server_main!(EchoServer)` generates the `main` of its program:
///
/// ```
/// # mod bridge32 {
/// #     pub use bridge32_macros::bridge32;
/// #     pub use bridge32_runtime::*;
/// #     pub use bridge32_runtime::private as __private;
/// # }
/// # use std::error::Error;
/// # use serde::{Deserialize, Serialize};
/// use bridge32::{Serve, ServerContext};
///
/// #[derive(Serialize, Deserialize)]
/// pub struct EchoArgs {
///     pub greeting: String,
/// }
///
/// # /*
/// #[bridge32(args = EchoArgs)]
/// # */
/// # #[bridge32::bridge32(args = EchoArgs, crate = bridge32)]
/// pub trait Echo {
///     fn echo(&self, text: &str) -> String;
/// }
///
/// struct EchoServer {
///     greeting: String,
/// }
///
/// impl Echo for EchoServer {
///     fn echo(&self, text: &str) -> String {
///         format!("{}, {text}", self.greeting)
///     }
/// }
///
/// impl Serve for EchoServer {
///     type Interface = dyn Echo;
///
///     fn start(context: ServerContext<EchoArgs>) -> Result<Self, Box<dyn Error + Send + Sync>> {
///         Ok(Self { greeting: context.into_args().greeting })
///     }
/// }
/// # fn main() {}
/// ```
pub trait Serve: Sized + 'static {
    /// The interface, as `dyn Trait`.
    type Interface: Dispatch<Self> + ?Sized;

    /// Creates the server, on the thread that will run its methods.
    ///
    /// # Errors
    /// Any error, which fails the client's launch with [`Error::ServerStart`](crate::Error::ServerStart). A
    /// [`LibraryError`](crate::LibraryError) becomes [`Error::Library`](crate::Error::Library).
    fn start(
        context: ServerContext<<Self::Interface as Interface>::Args>,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>>;

    /// Returns the path of the loaded library, for [`ServerInfo::library`](crate::ServerInfo::library).
    fn library_path(&self) -> Option<&Path> {
        None
    }

    /// Runs after the client has disconnected, before the server is dropped. A server that was started by hand with `--listen`
    /// does not run it.
    fn before_shutdown(&self) {}

    /// Returns targets for the threads of the library's own.
    #[doc(hidden)]
    fn library_thread_targets(server: &Arc<Self>) -> Option<LibraryThreadTargets> {
        let _ = server;
        None
    }
}

/// The start arguments and library paths with which a server is started.
#[derive(Debug, Clone)]
pub struct ServerContext<Args = ()> {
    args: Args,
    library: Option<PathBuf>,
    library_dirs: Vec<PathBuf>,
}

impl<Args> ServerContext<Args> {
    pub(crate) fn new(args: Args, library: Option<PathBuf>, library_dirs: Vec<PathBuf>) -> Self {
        Self { args, library, library_dirs }
    }

    /// Returns the start arguments.
    #[must_use]
    pub fn args(&self) -> &Args {
        &self.args
    }

    /// Converts the context into the start arguments.
    #[must_use]
    pub fn into_args(self) -> Args {
        self.args
    }

    /// Returns the path of the library to load instead of the one that the interface names, if the client or the command line
    /// specifies one.
    #[must_use]
    pub fn library_path(&self) -> Option<&Path> {
        self.library.as_deref()
    }

    /// Returns additional folders to search for the library and its dependencies.
    #[must_use]
    pub fn library_dirs(&self) -> &[PathBuf] {
        &self.library_dirs
    }
}
