//! The runtime of bridge32: client, server, connections and marshalling.
//!
//! Use it through the `bridge32` crate; what is public here and not re-exported there may change in any release.
//!
//! Each module uses only those above it in this list; ARCHITECTURE.md of the repository has the map.

mod sync;

pub mod marshal;

pub mod interface;

mod sys;

pub mod error;
pub mod fault;

mod exclusive;
mod registration;

pub mod wire;

mod secret;

pub mod transport;

mod trace;

pub mod native;

pub mod library;

#[cfg(feature = "dotnet")]
pub mod dotnet;

pub mod process;

pub mod client;
pub mod server;

pub mod private;
#[cfg(feature = "testing")]
pub mod testing;

pub use client::{
    BatchMode, Builder, Pending, PendingResults, RemoteBuffer, Restart, ServerExit, ServerInfo, Transport,
};
pub use error::{CallError, Error, LibraryError, MissingMethod, MissingSymbol};
pub use interface::Difference;
pub use native::{Address, Bool32, Handle, UserData};
pub use process::Output;
pub use registration::Registration;
pub use server::{Serve, ServerContext, serve};
pub use sys::{ExitStatus, SystemError};

/// Makes the `main` of a server's program: `bridge32::server_main!(my_crate::MyLibLibrary);`
#[macro_export]
macro_rules! server_main {
    ($server:ty $(,)?) => {
        fn main() -> ::std::process::ExitCode {
            $crate::serve::<$server>()
        }
    };
}
