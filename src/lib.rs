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
//! | `trait MyLib` | the interface itself; you may implement it, for a mock or a custom server |
//! | `MyLibClient` | the 64-bit client: the same methods, each returning `Result<T, bridge32::Error>`; `Clone + Send + Sync` |
//! | `MyLibBatch` | records the calls of a [batch](#many-calls-in-one-round-trip) |
//! | `MyLibLibrary` | loads the library and calls it in its own process: the server, or a 64-bit program with a 64-bit build of the library |
//!
//! The client also has the methods of the trait [`Client`]: `launch`, `builder`, `connect`, `in_process`, `shutdown`,
//! `server_info`, `batch` and `batch_with`. Generic code takes any `C: Client`. An interface may declare methods of the same
//! names. Then `client.connect(…)` calls the library's function, and `<MyLibClient as bridge32::Client>::connect(name)`
//! connects to a server.
//!
//! `MyLibLibrary` has `load` and `load_from`, which are also methods of the trait [`LoadLibrary`]. They are `unsafe`, because
//! safe methods rely on the trait to describe the library correctly. Calls over the bridge need no `unsafe`: a wrong trait
//! can damage the server's memory only.
//!
//! ```no_run
//! # use bridge32::bridge32;
//! # #[bridge32(lib = "my_lib")]
//! # pub trait MyLib {
//! #     fn add(&self, a: i32, b: i32) -> i32;
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // SAFETY: the trait has the signatures of my_lib.h.
//! let library = unsafe { MyLibLibrary::load() }?;
//! assert_eq!(library.add(1, 2), 3);
//! # Ok(())
//! # }
//! ```
//!
//! Your own names never clash with generated ones, except that names that begin with `__bridge32` are reserved.
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
//! | `#[symbol("name")]`, `#[ordinal(7)]` | what the library exports, where it is another name than the method's, or a number (Windows) |
//! | `#[abi("stdcall")]` | the calling convention: `"C"` (the default), `"system"`, `"stdcall"`, `"fastcall"`, `"thiscall"`, `"cdecl"`; `stdcall` and `fastcall` names are also found decorated, as in `_add@8` |
//! | `#[timeout("5s")]` | how long a call of it may take, whatever the client's [`call_timeout`](Builder::call_timeout) says: a number, and `ms`, `s`, `min` or `h`; also for methods with a body |
//! | `#[optional]` | the library may lack the function: [`Error::SymbolMissing`] at the call, not at the start |
//! | `#[check(ret == 0)]` | a condition over `ret`; where it is false the call is [`Error::Status`], and what the library wrote is dropped |
//! | `#[last_error]`, `#[errno]` | right after the call, `GetLastError()` (elsewhere `errno`), or `errno`, for that error's `os_error` |
//! | `#[returns(len = 4)]` | a returned `Vec<T>` is read from the returned pointer, so many elements; any expression over the parameters, and `self` for a call before this one |
//! | `#[free_with("lib_free")]` | the returned pointer is given to this function once it was copied |
//! | `#[wide]`, `#[encoding(latin1)]` | the encoding of returned text; see below |
//! | `#[global]` | the symbol is a variable, read by `fn level(&self) -> i32` and written by `fn set_level(&self, value: i32)` |
//!
//! # Parameters of native functions
//!
//! Declare parameters in C order. Marked parameters are filled in for you and do not appear in the client's method. Output
//! parameters are returned: `ret`, or `(ret, out1, …)`; `()` is left out of the tuple.
//!
//! | Rust | C |
//! |---|---|
//! | `i8` … `i64`, `u8` … `u64`, `f32`, `f64` | the type of the same width |
//! | `bool`, [`Bool32`] | `_Bool`, Win32's `BOOL`; anything but zero is `true` |
//! | [`Address`] | any pointer, as a number that is only handed on |
//! | [`Handle<Tag>`](Handle), `Option<Handle<Tag>>` | any pointer to something opaque, which the library gives out and takes back; `None` is null; see below |
//! | a type with `#[derive(Bridge)]` | a struct, an enum, a bit set; see below |
//! | `&T`, `&mut T` | `const T *`, and `T *` in and out |
//! | `#[out] x: T` | `T *`, out only |
//! | `&[T]`, `&mut [T]` | `const T *`, and `T *` in and out |
//! | `#[len_of(x)] n: i32`, `#[len_of(x, y)] n: &i32` | the length of `x`, and of `y`, which must be the same; any integer, by value or by reference; of text its units without the NUL |
//! | `#[out(len = xin.len())] y: Vec<T>` | `T *`, a buffer of so many elements; any expression over the other parameters, and `self` for a call before this one |
//! | `#[out(cap = 10, len = count)] y: Vec<T>` | likewise, cut to what the library wrote to `count`, another `#[out]` parameter, one by `&mut` or `ret`; more than the capacity is an error, never a read past the end |
//! | `#[out(cap = 64)] y: …` and `#[len_of(y)] n: &mut u32` | a buffer whose size variable holds the capacity going in and the length coming out; where the caller says the capacity it is `#[out(cap = *n, len = n)] y: …` and `n: &mut u32` |
//! | `&str`, `Option<&str>` | `const char *`, NUL-terminated; `None` is null |
//! | `&CStr`, `Option<&CStr>`, `&[u8]` | bytes as they are |
//! | `#[out(cap = 256)] s: String` | `char *`, a buffer that is read to its NUL |
//! | `-> String`, `-> Option<String>` | `const char *`, which is copied; null is `None`, or an error |
//!
//! Text is UTF-8, or `#[wide]` (`wchar_t`: 16 bits on Windows, 32 elsewhere), `#[encoding(latin1)]`, or
//! `#[encoding(ansi)]` (the server's code page on Windows, UTF-8 elsewhere). Text that the encoding does not have is
//! [`Error::Argument`], like an interior NUL.
//!
//! ```
//! # use bridge32::{Bridge, bridge32};
//! #[bridge32(lib = "dmm", abi = "stdcall")]
//! pub trait Dmm {
//!     /// BOOL __stdcall DmmRead(int channel, double *values, int capacity, int *count);
//!     #[symbol("DmmRead")]
//!     #[check(ret != 0)]
//!     #[last_error]
//!     fn read(
//!         &self,
//!         channel: i32,
//!         #[out(cap = 1000, len = count)] values: Vec<f64>,
//!         #[len_of(values)] capacity: i32,
//!         #[out] count: i32,
//!     ) -> i32;
//!
//!     /// void __stdcall DmmGetInfo(DMM_INFO *info);
//!     #[symbol("DmmGetInfo")]
//!     fn info(&self, #[out] info: Info);
//! }
//!
//! #[derive(Debug, Clone, Bridge)]
//! #[repr(C, packed)]
//! #[bridge(size = 38)]
//! pub struct Info {
//!     pub serial: [u8; 32],
//!     pub range: Range,
//!     pub revision: u16,
//! }
//!
//! #[derive(Debug, Clone, Copy, Bridge)]
//! #[repr(i32)]
//! pub enum Range {
//!     Low = 1,
//!     High = 10,
//! }
//!
//! # fn call() -> Result<(), bridge32::Error> {
//! # let client = DmmClient::launch()?;
//! let (_, values, count) = client.read(3)?;
//! assert_eq!(values.len(), count as usize);
//! let info: Info = client.info()?;
//! # Ok(())
//! # }
//! # fn main() {}
//! ```
//!
//! # Handles
//!
//! An opaque pointer that the library returns is a [`Handle<Tag>`](Handle). The tag is any type; handles with different tags
//! are different types. Mark a handle parameter `#[closes]` if the function frees it.
//!
//! ```
//! # use bridge32::{Handle, bridge32};
//! pub enum Database {}
//! pub enum Statement {}
//!
//! #[bridge32(lib = "base")]
//! pub trait Base {
//!     /// int base_open(const char *path, base **database);
//!     #[check(ret == 0)]
//!     fn base_open(&self, path: &str, #[out] database: Handle<Database>) -> i32;
//!
//!     /// statement *base_prepare(base *database, const char *text); null for a mistake in the text
//!     fn base_prepare(&self, database: Handle<Database>, text: &str) -> Option<Handle<Statement>>;
//!
//!     /// void base_finalize(statement *);
//!     fn base_finalize(&self, #[closes] statement: Handle<Statement>);
//!
//!     /// int base_close(base *);
//!     #[check(ret == 0)]
//!     fn base_close(&self, #[closes] database: Handle<Database>) -> i32;
//! }
//!
//! # fn call() -> Result<(), bridge32::Error> {
//! # let client = BaseClient::launch()?;
//! let (_, database) = client.base_open("stock.db")?;
//! if let Some(statement) = client.base_prepare(database, "…")? {
//!     client.base_finalize(statement)?;
//! }
//! client.base_close(database)?;
//! assert!(client.base_prepare(database, "…").is_err(), "refused before the library sees it");
//! # Ok(())
//! # }
//! # fn main() {}
//! ```
//!
//! - A pointer has one handle for as long as it is open, and another one when the library gives it out again after that.
//! - A function without `#[check]` has closed the handle whatever it returns; one with it, where the condition holds.
//!   `None` closes nothing. A pointer to the handle, as in `#[closes] database: &mut Option<Handle<Database>>`, is closed
//!   just so.
//! - A closed handle, one of another tag, and one that the server never gave out are [`Error::Argument`]; one of another
//!   server, or of this one before it was started again, is [`Error::StaleHandle`]. The library is not called. What the
//!   library itself ends together with another thing, such as the statements of a database, is its own affair.
//! - When a client is gone, what it has left open is closed in the server, the last one opened first: with the method
//!   that has `#[closes]` and no other parameter, where there is exactly one for the tag. A server that was started by
//!   hand waits for the last client that was given the pointer, or has used it. A client that is killed is gone, too;
//!   only on Windows its own server ends with it at once, and closes nothing. For what is only lent, and must not be
//!   closed, take a tag of its own.
//! - Handles pass through methods with a body and through custom servers like any other value; such a method closes by
//!   calling the native one. A mock makes its own with [`Handle::new`].
//!
//! # Memory of the server
//!
//! Where an interface takes the address of memory that outlives the call, or that nothing else describes, the client
//! allocates it in the server: a [`RemoteBuffer<T>`](RemoteBuffer) is written and read explicitly, and its
//! [`address()`](RemoteBuffer::address) is passed where the interface has an [`Address`]. `T` is a scalar, or a type with
//! `#[derive(Bridge)]` and without pointers that the interface lists.
//!
//! ```
//! # use bridge32::{Address, Bridge, RemoteBuffer, bridge32};
//! #[derive(Debug, Clone, Copy, Bridge)]
//! #[repr(C)]
//! pub struct Sample {
//!     pub time: f64,
//!     pub channel: u8,
//! }
//!
//! #[bridge32(lib = "sampler", remote = [Sample])]
//! pub trait Sampler {
//!     /// Keeps the buffer, and fills it until it is told to stop.
//!     fn sampler_start(&self, buffer: Address, capacity: i32);
//!     fn sampler_stop(&self) -> i32;
//! }
//!
//! # fn call() -> Result<(), bridge32::Error> {
//! # let client = SamplerClient::launch()?;
//! let buffer = RemoteBuffer::<Sample>::allocate(&client, 1000)?;
//! client.sampler_start(buffer.address(), 1000)?;
//! let count = client.sampler_stop()?;
//! let samples: Vec<Sample> = buffer.read(0, count as usize)?;
//! # Ok(())
//! # }
//! # fn main() {}
//! ```
//!
//! What is outside of it is refused with [`Error::Argument`], like an amount that a 32-bit process does not have.
//!
//! # Callbacks
//!
//! | parameter | C |
//! |---|---|
//! | `cb: fn(i32, &str) -> i32` | a function pointer that the library calls during the call; the client takes `impl FnMut(i32, &str) -> i32`, the trait `&mut (dyn FnMut(i32, &str) -> i32 + Send)` |
//! | `#[registered] cb: fn(i32)` | a function pointer that the library keeps; the client takes `impl FnMut(i32) + Send + 'static`, and also returns a [`Registration`], which holds the closure until it is dropped |
//! | `Option<fn(…)>` | null for `None` |
//! | `#[abi("stdcall")]` | the callback's calling convention; without it, that of the interface |
//! | `ctx: UserData` | the `void *` that the library hands back, in the method and in its callbacks: the caller does not pass it; `#[user_data(cb, other)]` where there are several callbacks. See [`UserData`] |
//!
//! A callback's parameters stand in C's order and take the same attributes. What the library passes becomes the
//! closure's arguments; what comes out, with `#[out]`, is returned by the closure, after its own value. An array in a
//! callback needs its length: `fn(data: &[u8], #[len_of(data)] n: u32)`.
//!
//! ```
//! # use bridge32::{Registration, UserData, bridge32};
//! #[bridge32(lib = "scanner")]
//! pub trait Scanner {
//!     /// int scan_page(int (*progress)(void *ctx, int percent), void *ctx);
//!     #[symbol("scan_page")]
//!     #[check(ret == 0)]
//!     fn scan(&self, progress: fn(ctx: UserData, percent: i32) -> bool, ctx: UserData) -> i32;
//!
//!     /// void on_button(void (*pressed)(int button));
//!     fn on_button(&self, #[registered] pressed: fn(button: i32));
//! }
//!
//! # fn call() -> Result<(), bridge32::Error> {
//! # let client = ScannerClient::launch()?;
//! let mut last = 0;
//! client.scan(|percent| {
//!     last = percent;
//!     percent < 90
//! })?;
//! let buttons: Registration = client.on_button(|button| println!("button {button}"))?;
//! # drop(buttons);
//! # Ok(())
//! # }
//! # fn main() {}
//! ```
//!
//! A closure runs on the thread that made the call, and may call the client again, to any depth. A registered one that the
//! library calls from a thread of its own runs on a thread of the client's. A closure that panics is [`Error::Callback`]
//! of the call: the library gets zero for an answer, the closure is not run again, and nothing unwinds through C. A closure is
//! not called from inside of itself. Without a context, 128 closures at a time can stand for one parameter.
//!
//! # Many calls in one round trip
//!
//! `client.batch(|b| …)` writes calls down, sends them together and brings their results back together. `b` has the methods of
//! the client; each gives a [`Pending`] result at once. The closure returns these, by themselves or in tuples, arrays, `Vec`s
//! and `Option`s, and what comes back has a result in the place of each.
//!
//! ```
//! # use bridge32::bridge32;
//! use bridge32::BatchMode;
//!
//! #[bridge32(lib = "meter")]
//! pub trait Meter {
//!     fn set_range(&self, channel: i32, range: f64);
//!     fn read(&self, channel: i32) -> f64;
//!     fn fill(&self, values: &mut [f64], #[len_of(values)] n: i32);
//! }
//!
//! # fn call() -> Result<(), bridge32::Error> {
//! # let client = MeterClient::launch()?;
//! let (volts, amperes) = client.batch(|b| (b.read(1), b.read(2)))?;
//! println!("{} W", volts? * amperes?);
//!
//! let all = client.batch(|b| (0..1000).map(|channel| b.read(channel)).collect::<Vec<_>>())?;
//! let sum: f64 = all.into_iter().sum::<Result<_, _>>()?;
//!
//! let mut values = [0.0; 100];
//! let (set, filled) = client.batch_with(BatchMode::StopOnError, |b| (b.set_range(1, 10.0), b.fill(&mut values)))?;
//! set.and(filled)?;
//! # Ok(())
//! # }
//! # fn main() {}
//! ```
//!
//! - The calls are made in the order in which they were written down, also those whose result nobody wants. The server makes
//!   them as one call, which others wait for.
//! - Each has its own result, which is what the call by itself would give. One that fails keeps no other from being made, unless
//!   [`BatchMode::StopOnError`] says so: then the others are [`Error::NotCalled`], which names the one that failed. An error that a method
//!   returns by itself, and an argument that is refused here, are failures, too.
//! - The outer error is about the batch as a whole, such as a dead server. Which calls were made is not known then; as by
//!   itself, no call is made twice.
//! - Its deadline is the sum of those of its calls, and counts for all of them together. Where one call has none, the batch has
//!   none.
//! - Arguments are encoded at once; what is passed by `&mut` stays borrowed, and changes when the batch is done. A result
//!   that is not returned is dropped, and what its call would change stays as it is.
//! - All calls make one message, and all results another, of 1 GiB at most. What has no room any more is refused, call by call.
//! - Methods with closures are the client's alone. Batches work inside of closures, and registered closures run during one.
//!
//! # Types of your own
//!
//! `#[derive(Bridge)]` lets a type cross the bridge, and be handed to C. No serde derive stands beside it: it makes
//! `Serialize` and `Deserialize` itself.
//!
//! | type | C |
//! |---|---|
//! | `#[repr(C)] struct S`, `#[repr(C, packed)]` | by value, in arrays, by pointer; fields are whatever a parameter can be by value, and arrays `[T; N]` |
//! | a field `points: Vec<T>` with `#[len_of(points)] n: i32` | a pointer to `n` elements; `n` is filled in on the way in and obeyed on the way out |
//! | a field `String`, `Option<String>`, `Box<T>`, `Option<Box<T>>` | a pointer to text, or to another struct; null is `None` |
//! | `#[repr(i32)] enum E` | its integer; a value that no variant has is an error |
//! | `#[repr(transparent)] struct Flags(u32)` | what it holds |
//!
//! `#[bridge(size = 16)]` asserts the size that C says, when the 32-bit server is compiled.
//!
//! Every attribute and type, with a declaration and the test that calls it, is listed in `docs/vocabulary.md` of the
//! repository.
//!
//! `usize`, `isize`, `c_long` and `c_ulong` do not compile: their width differs between the two sides. Methods with a
//! body, and interfaces without a library, take and return anything that is `Serialize + DeserializeOwned`, and take
//! `&mut T` and `&mut [T]` that change in the server.
//!
//! # Assemblies of .NET
//!
//! With the feature `dotnet`, a method without a body stands for a managed method. The server runs the assembly in the .NET
//! Framework on Windows, and in Mono elsewhere and where there is no .NET Framework.
//!
#![cfg_attr(feature = "dotnet", doc = "```")]
#![cfg_attr(not(feature = "dotnet"), doc = "```text")]
//! # use bridge32::bridge32;
//! use bridge32::dotnet::{Class, Object};
//!
//! #[bridge32(dotnet = "Vendor.Meter", class = "Vendor.Meter.Device")]
//! pub trait Meter {
//!     /// A static method; or else one of an object that the server makes when it starts.
//!     #[symbol("ReadAll")]
//!     fn read_all(&self, channel: i32) -> Vec<f64>;
//!
//!     #[class("Vendor.Meter.Tools")]
//!     #[symbol("TryParse")]
//!     fn parse(&self, text: &str, #[out] value: f64) -> bool;
//!
//!     #[constructor]
//!     fn open(&self, name: &str) -> Object<Channel>;
//!     #[symbol("get_Range")]
//!     fn range(&self, #[this] channel: &Object<Channel>) -> f64;
//!     #[release]
//!     fn close(&self, channel: Object<Channel>);
//! }
//!
//! pub enum Channel {}
//!
//! impl Class for Channel {
//!     const NAME: &'static str = "Vendor.Meter.Channel";
//! }
//! # fn main() {}
//! ```
//!
//! | Rust | C# |
//! |---|---|
//! | `i8` … `u64`, `f32`, `f64`, `bool` | the same; an enum is its integer |
//! | `&str`, `-> String`; `Option<…>` of both | `string`; `None` is null |
//! | `&[T]`, `-> Vec<T>` of these and of `String` | `T[]` |
//! | `&Matrix<T>`, `-> Matrix<T>` of numbers | `T[,]` |
//! | `&Object<T>`, `-> Object<T>` or `Option<Object<T>>` | an object of the class that `T` stands for; it stays in the server until a method with `#[release]` gets it |
//! | `&mut T`, `&mut [T]`, `#[out] x: T` | `ref T`, an array that changes, `out T` |
//!
//! `#[class("…")]` names a method's class, with its namespace; the option `class` does it for all. `#[symbol("…")]` and
//! `#[optional]` are as above. When the server starts it looks all methods up: one that is missing, or has other types, is
//! [`LibraryError::MissingMethods`], which says what there is instead. An exception is [`Error::Exception`].
//!
//! # Options of the interface
//!
//! `#[bridge32(…)]` takes `lib` (the library), `abi` (the calling convention of all methods), `dotnet` (the assembly, instead
//! of a library), `class` (the class of its methods), `threads` (`"single"`: every call runs on the server's main thread, one
//! at a time, whichever threads of the client make it; `"multi"`: calls of several threads run at once, each on a thread of
//! the server's, for libraries that bear it), `apartment` (the COM apartment of the server's main thread, [below](#messages-and-com)), `server` (the file name of
//! the server's program; by default the trait's name in kebab case and `-server32`), `args = Type` (the type of the start
//! arguments of a custom server), `remote = [Type]` (types for [memory of the server](RemoteBuffer)) and `crate = path` (where this crate is, if not at `::bridge32`).
//!
//! # Messages and COM
//!
//! Some libraries for Windows do their work in window messages: drivers with a hidden window, ActiveX controls, whatever uses
//! `SetTimer`. They need a thread that dispatches these messages, and COM objects need one that is in an apartment.
//!
//! ```
//! # use bridge32::bridge32;
//! #[bridge32(lib = "scanner.dll", apartment = "sta")]
//! pub trait Scanner {
//!     fn start_scan(&self) -> bool;
//! }
//! # fn main() {}
//! ```
//!
//! With `apartment = "sta"` the server's main thread enters a single-threaded apartment before the library is loaded, and
//! dispatches messages, those of windows and timers included, whenever it carries out no call. Registered closures that a
//! message makes the library call may call it in turn; what they call is carried out on the main thread at once, and calls of the
//! program's other threads wait until they have returned. While a closure of a call runs, no messages are dispatched, as in a program without
//! a bridge. A library that asks for the end of the message loop (`PostQuitMessage`) does not end the server.
//!
//! With `apartment = "mta"` all threads of the server are in the multithreaded apartment, with `threads = "multi"` those of the
//! connections, too; nothing dispatches messages. Without the option the main thread is in no apartment until the library enters one. A
//! thread that is in the other one already is an [`Error::ServerStart`].
//!
//! On other systems there are neither messages nor COM, and the option means nothing: a library that is there for both has one
//! trait. It is about servers of their own process, not about [`in_process`](#without-the-library).
//!
//! # Events
//!
//! With the feature `tracing`, each line that the server and its library write is an event of the target
//! `bridge32::server`, with the fields `pid` and `stream`; that a server has started, was started again, has ended or was given up for
//! a deadline is one of `bridge32::client`. They go to the subscriber of the thread that starts the server. A subscriber that is slower than
//! the library prints loses lines, and is told how many; nothing waits for it.
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

pub use bridge32_macros::{Bridge, bridge32};
pub use bridge32_runtime::{
    Address, BatchMode, Bool32, Builder, CallError, Client, Difference, Dispatch, Error, ExitStatus, Handle,
    InMemoryOf, Interface, LibraryError, LoadLibrary, MissingMethod, MissingSymbol, Native, Output, Pending,
    PendingResults, Registration, RemoteBuffer, Restart, Serve, ServerContext, ServerExit, ServerInfo, SystemError,
    Transport, UserData, serve, server_main,
};

/// What interfaces of .NET assemblies are written with; see the [guide](crate#assemblies-of-net).
#[cfg(feature = "dotnet")]
pub mod dotnet {
    pub use bridge32_runtime::dotnet::{Class, Matrix, Object, Scalar, class_names};
}

#[doc(hidden)]
pub use bridge32_runtime::private as __private;
