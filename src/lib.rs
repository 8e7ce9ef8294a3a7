//! Call a 32-bit native library from a 64-bit program.
//!
//! A 64-bit process cannot load a 32-bit library. bridge32 puts a small 32-bit server between the two: you write the
//! library's functions down once, as a trait, and get a typed client for the 64-bit side and a server for the 32-bit
//! side. They talk [postcard](https://docs.rs/postcard) over a named pipe.
//!
//! # In one package
//!
//! The interface, in `src/lib.rs`:
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
//! The server, in `src/bin/my-lib-server32.rs`:
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
//! The program, in `src/main.rs`:
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
//! `cargo bridge32 run` builds the server for its 32-bit target, and the program for this machine, and runs it.
//!
//! # What the macro generates
//!
//! From a trait `MyLib`:
//!
//! | item | what it is |
//! |---|---|
//! | `trait MyLib` | the interface itself; anyone may implement it, for a mock or a custom server |
//! | `MyLibClient` | the 64-bit stub: the same methods, each returning `Result<T, bridge32::Error>`; `Clone + Send + Sync` |
//! | `MyLibLibrary` | the native implementation, which loads the library and calls it in its own process: the server's, or that of a 64-bit program which has a 64-bit build of the library |
//!
//! # Methods
//!
//! A method **without a body** calls the function of that name in the library. A method **with a body** runs in the
//! server, and may call the others through `&self`: one round trip, many native calls. Without `lib = …` the interface
//! has no library, and its methods are those of your own server type; see [`Serve`].
//!
//! ```
//! # use bridge32::bridge32;
//! #[bridge32(lib = "scale")]
//! pub trait Scale {
//!     /// Reads the weight in grams.
//!     #[symbol("ScaleReadWeight")]
//!     #[abi("stdcall")]
//!     fn weight(&self, channel: u8) -> f64;
//!
//!     /// The mean of several readings.
//!     fn mean_weight(&self, channel: u8, readings: u32) -> f64 {
//!         (0..readings).map(|_| self.weight(channel)).sum::<f64>() / f64::from(readings)
//!     }
//!
//!     /// Fails in its own way: the client gets `Result<f64, CallError<String>>`.
//!     fn stable_weight(&self, channel: u8) -> Result<f64, String> {
//!         let (first, second) = (self.weight(channel), self.weight(channel));
//!         if first == second { Ok(first) } else { Err(format!("{first} g, then {second} g")) }
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! | attribute of a method | meaning |
//! |---|---|
//! | `#[symbol("name")]` | the exported name, where it is another than the method's |
//! | `#[abi("stdcall")]` | the calling convention: `"C"` (the default), `"system"`, `"stdcall"`, `"fastcall"`, `"thiscall"`, `"cdecl"`; `stdcall` and `fastcall` names are also found decorated, as in `_add@8` |
//! | `#[optional]` | the library may lack the function: [`Error::SymbolMissing`] at the call, not at the start |
//!
//! # Parameters of native functions
//!
//! They stand in C's order. What the caller need not pass is marked, and absent from the generated methods.
//!
//! | Rust | C |
//! |---|---|
//! | `i8` … `i64`, `u8` … `u64`, `f32`, `f64` | the type of the same width |
//! | `bool` | `_Bool`; any byte but zero is `true` |
//! | `&T`, where `T` is one of these | `const T *` |
//! | `&[T]` | `const T *` |
//! | `#[len_of(x)] n: i32`, `#[len_of(x, y)] n: &i32` | the length of `x`, and of `y`, which must be the same; any integer, by value or by reference |
//! | `&str`, `Option<&str>` | `const char *`, NUL-terminated UTF-8; `None` is null |
//! | `-> String`, `-> Option<String>` | `const char *`, which is copied |
//!
//! `usize`, `isize`, `c_long` and `c_ulong` do not compile: their width differs between the two sides. Methods with a
//! body, and interfaces without a library, take and return anything that is `Serialize + DeserializeOwned`.
//!
//! # Options of the interface
//!
//! `#[bridge32(…)]` takes `lib` (the library), `abi` (the calling convention of all methods), `server` (the file name of
//! the server's program; by default the trait's name in kebab case and `-server32`), `args = Type` (the type of the start
//! arguments of a custom server) and `crate = path` (where this crate is, if not at `::bridge32`).
//!
//! # Without the library
//!
//! ```
//! # use bridge32::bridge32;
//! # #[bridge32(lib = "my_lib")]
//! # pub trait MyLib {
//! #     fn add(&self, a: i32, b: i32) -> i32;
//! # }
//! struct Mock;
//!
//! impl MyLib for Mock {
//!     fn add(&self, a: i32, b: i32) -> i32 {
//!         a + b
//!     }
//! }
//!
//! # fn main() -> Result<(), bridge32::Error> {
//! let client = MyLibClient::in_process(Mock);
//! assert_eq!(client.add(1, 2)?, 3);
//! # Ok(())
//! # }
//! ```

pub use bridge32_macros::bridge32;
pub use bridge32_runtime::{
    Builder, CallError, Difference, Error, ExitStatus, LibraryError, MissingSymbol, Output, Serve, ServerContext,
    ServerExit, ServerInfo, SystemError, serve, server_main,
};

#[doc(hidden)]
pub use bridge32_runtime::private as __private;
