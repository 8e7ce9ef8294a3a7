//! What a server is made of.

use std::error::Error as StdError;
use std::path::{Path, PathBuf};

use super::target::Dispatch;
use crate::interface::Interface;

/// A type that serves an interface.
///
/// `#[bridge32(lib = …)]` implements it for the native implementation. A custom server implements it itself, names its
/// interface as `dyn Trait`, and is made the server's `main` with `bridge32::server_main!(EchoServer)`:
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
    /// The interface it serves: `dyn Trait`.
    type Interface: Dispatch<Self> + ?Sized;

    /// Makes the server, on the thread that will run its methods.
    ///
    /// # Errors
    /// The error reaches the client as [`Error::ServerStart`](crate::Error::ServerStart), or as it is if it is a
    /// [`LibraryError`](crate::LibraryError).
    fn start(
        context: ServerContext<<Self::Interface as Interface>::Args>,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>>;

    /// The library it loaded, which the client shows; the native implementation's own.
    fn library_path(&self) -> Option<&str> {
        None
    }

    /// Runs when the client shuts the server down, before the server is dropped.
    fn before_shutdown(&self) {}
}

/// What a server is started with.
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

    /// The typed start arguments that the client gave.
    pub fn args(&self) -> &Args {
        &self.args
    }

    /// The typed start arguments, to keep.
    pub fn into_args(self) -> Args {
        self.args
    }

    /// The library that the client, or the command line, named instead of the interface's.
    pub fn library_path(&self) -> Option<&Path> {
        self.library.as_deref()
    }

    /// Further folders for the library and what it needs.
    pub fn library_dirs(&self) -> &[PathBuf] {
        &self.library_dirs
    }
}
