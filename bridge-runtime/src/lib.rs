//! The runtime of bridge32: client, server, connections and marshalling.
//!
//! Use it through the `bridge32` crate; what is public here and not re-exported there may change in any release.
//!
//! Each module uses only those above it in this list; ARCHITECTURE.md of the repository has the map.

#![allow(
    unreachable_pub,
    rustdoc::private_intra_doc_links,
    reason = "`pub` items of private modules are for generated code and tests, through `private` and `testing`"
)]

mod sync;

mod shared_bytes;

mod codec;
mod marshal;

mod interface;

mod sys;

mod error;
mod fault;

mod environment;

mod exclusive;
mod registration;

mod wire;

mod transport;

mod trace;

mod native;

mod library;
mod load_library;

#[cfg(feature = "dotnet")]
pub mod dotnet;

mod handshake;

mod process;

mod server;

mod client;

mod drop_in;

pub mod private;
#[cfg(feature = "testing")]
pub mod testing;

pub use client::{BatchMode, Builder, Client, Pending, PendingResults, RemoteBuffer, Restart, ServerExit, ServerInfo};
pub use error::{CallError, Error, LibraryError, MissingMethod, MissingSymbol, WrongSymbol};
pub use handshake::Transport;
pub use interface::{Difference, Interface};
pub use load_library::LoadLibrary;
pub use native::{
    Address, Bool16, Bool32, Callback, Handle, InMemoryOf, IntPtr, Long, LongDouble, Native, RawHandle, SSize, Size,
    UIntPtr, ULong, UserData,
};
pub use process::Output;
pub use registration::Registration;
pub use server::{Dispatch, Serve, ServerContext, attempt, serve};
pub use sys::{ExitStatus, SystemError};

/// Makes the `main` of a server's program: `bridge32::server_main!(my_crate::MyLibLibrary);`
///
/// A 32-bit server does not compile with `panic = "abort"`: bridge32 passes the error of a call on as a panic, which would end
/// the server. `cargo bridge32 build` builds servers with `panic = "unwind"` whatever the profile says. Programs that use a client
/// may be built with either.
#[macro_export]
macro_rules! server_main {
    ($server:ty $(,)?) => {
        // A plain `cargo build` also builds the server for 64 bits, where no client looks for it.
        #[cfg(all(not(panic = "unwind"), target_pointer_width = "32"))]
        ::core::compile_error!(
            "a server cannot be built with `panic = \"abort\"`, because the error of a call would end it; build it with `cargo bridge32 build`, or remove `panic` from the profile"
        );

        fn main() -> ::std::process::ExitCode {
            $crate::serve::<$server>()
        }
    };
}
