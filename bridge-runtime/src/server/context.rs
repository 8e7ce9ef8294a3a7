//! The type that serves an interface, and what it is started with.

use std::error::Error as StdError;
use std::path::{Path, PathBuf};

use super::target::Dispatch;
use crate::interface::Interface;

/// A type that serves an interface.
///
/// `#[bridge32(lib = …)]` implements it for the native implementation. A custom server implements it itself, names its interface
/// as `dyn Trait`, and becomes the server's `main` with `bridge32::server_main!(EchoServer)`:
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
    /// The interface that it serves: `dyn Trait`.
    type Interface: Dispatch<Self> + ?Sized;

    /// Makes the server, on the thread that runs its methods.
    ///
    /// # Errors
    /// The error reaches the client as [`Error::ServerStart`](crate::Error::ServerStart), or as it is if it is a
    /// [`LibraryError`](crate::LibraryError).
    fn start(
        context: ServerContext<<Self::Interface as Interface>::Args>,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>>;

    /// Returns the path of the library that it has loaded, for [`ServerInfo::library`](crate::ServerInfo::library).
    fn library_path(&self) -> Option<&str> {
        None
    }

    /// Runs when the client has shut the server down, before the server is dropped.
    fn before_shutdown(&self) {}
}

/// The arguments that a server is started with.
#[derive(Debug)]
pub struct ServerContext<Args = ()> {
    args: Args,
    library: Option<PathBuf>,
    library_dirs: Vec<PathBuf>,
}

impl<Args> ServerContext<Args> {
    pub(crate) fn new(args: Args, library: Option<PathBuf>, library_dirs: Vec<PathBuf>) -> Self {
        Self { args, library, library_dirs }
    }

    /// Returns the client's typed start arguments.
    pub fn args(&self) -> &Args {
        &self.args
    }

    /// Returns the client's typed start arguments, by value.
    pub fn into_args(self) -> Args {
        self.args
    }

    /// Returns the library that the client or the command line names instead of the interface's, if any.
    pub fn library_path(&self) -> Option<&Path> {
        self.library.as_deref()
    }

    /// Returns additional folders to search for the library and its dependencies.
    pub fn library_dirs(&self) -> &[PathBuf] {
        &self.library_dirs
    }
}
