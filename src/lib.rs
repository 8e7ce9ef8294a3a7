//! Call a 32-bit native library from a 64-bit program.
//!
//! A 64-bit process cannot load a 32-bit library. bridge32 runs the library in a small 32-bit server process. You declare the
//! library's functions once, as a trait; a macro generates a typed client for your program, and the server. The two processes
//! exchange messages in the format of [postcard](https://docs.rs/postcard), through shared memory or a pipe.
//!
//! | to | read |
//! |---|---|
//! | try it | [In one package](#in-one-package), and the README's first call |
//! | declare a library's functions | [`guide::declarations`]: typical C functions and what they become; the attributes are on the page of [`#[bridge32]`](macro@bridge32) |
//! | pass structs, text, handles, closures | [`guide::structs`], [`guide::text`], [`guide::handles`], [`guide::callbacks`] |
//! | configure the client, and handle failures | [`guide::clients`], [`guide::errors`] |
//! | ship the program, or test it without the library | [`guide::deployment`], [`guide::testing`] |
//! | everything else | [`guide`] |
//!
//! # In one package
//!
//! A package has three parts: the interface, the server and the program. The interface is in `src/lib.rs`:
//!
//! ```
//! use bridge32::bridge32;
//!
//! // my_lib.dll on Windows, libmy_lib.so or my_lib.so elsewhere.
//! #[bridge32(lib = "my_lib")]
//! pub trait MyLib {
//!     /// Adds two integers.
//!     fn add(&self, a: i32, b: i32) -> i32;
//! }
//! # fn main() {}
//! ```
//!
//! The server is one line, in `src/bin/my-lib-server32.rs`:
//!
//! ```
//! # mod my_crate {
//! #     #[bridge32::bridge32(lib = "my_lib")]
//! #     pub trait MyLib {
//! #         fn add(&self, a: i32, b: i32) -> i32;
//! #     }
//! # }
//! bridge32::server_main!(my_crate::MyLibLibrary);
//! ```
//!
//! The program is in `src/main.rs`:
//!
//! ```no_run
//! # #[bridge32::bridge32(lib = "my_lib")]
//! # pub trait MyLib {
//! #     fn add(&self, a: i32, b: i32) -> i32;
//! # }
//! # fn main() -> Result<(), bridge32::Error> {
//! let client = MyLibClient::launch()?;
//! assert_eq!(client.add(1, 2)?, 3);
//! # Ok(())
//! # }
//! ```
//!
//! `cargo bridge32 run` builds the server for a 32-bit target and the program for this machine, and runs the program.
//!
//! # What the macro generates
//!
//! The macro keeps your trait and generates three types. From a trait `MyLib`:
//!
//! | item | what it is |
//! |---|---|
//! | `trait MyLib` | the interface itself; you may implement it, for a mock or a custom server |
//! | `MyLibClient` | the client: the same methods, each returning `Result<T, bridge32::Error>`; `Clone + Send + Sync` |
//! | `MyLibBatch` | records the calls of a [batch](guide::batches) |
//! | `MyLibLibrary` | loads the library into its own process and calls it: in the server, or in a 64-bit program that has a 64-bit build of the library |
//!
//! Names that begin with `__bridge32` are reserved. Apart from them, your names never clash with generated ones.
//!
//! The client also has `launch`, `builder`, `shutdown` and the other methods of the trait [`Client`]: [`guide::clients`].
//! Every call returns a `Result`, because the server is another process, which may crash, hang or be killed: [`guide::errors`].

pub mod guide;

pub use bridge32_macros::{Bridge, bridge32};
pub use bridge32_runtime::{
    Address, BatchMode, Bool16, Bool32, Builder, CallError, Callback, Client, Difference, Dispatch, Error, ExitStatus,
    Handle, InMemoryOf, IntPtr, Interface, LibraryError, LoadLibrary, Long, LongDouble, MissingMethod, MissingSymbol,
    Native, Output, Pending, PendingResults, RawHandle, Registration, RemoteBuffer, Restart, SSize, Serve,
    ServerContext, ServerExit, ServerInfo, Size, SystemError, Transport, UIntPtr, ULong, UserData, WrongSymbol,
    attempt, serve, server_main,
};

/// Types for interfaces of .NET assemblies; see [`guide::dotnet`].
#[cfg(feature = "dotnet")]
pub mod dotnet {
    pub use bridge32_runtime::dotnet::{Class, Matrix, Object, Scalar, class_names};
}

#[doc(hidden)]
pub use bridge32_runtime::private as __private;
