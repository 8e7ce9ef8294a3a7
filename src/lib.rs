//! Calls a 32-bit native library from a 64-bit program.
pub use bridge32_macros::bridge32;
pub use bridge32_runtime::{
    Builder, CallError, Difference, Error, ExitStatus, LibraryError, MissingSymbol, Output, Serve, ServerContext,
    ServerExit, ServerInfo, SystemError, serve, server_main,
};

#[doc(hidden)]
pub use bridge32_runtime::private as __private;
