//! Call a 32-bit native library from a 64-bit program.
//!
//! A 64-bit process cannot load a 32-bit library. bridge32 runs the library in a small 32-bit server process. You declare the
//! library's functions once, as a trait; a macro generates a typed client for your program, and the server. The two processes
//! exchange messages in the format of [postcard](https://docs.rs/postcard), through shared memory or a pipe.
//!
//! | to read about | see |
//! |---|---|
//! | a first call | [In one package](#in-one-package), [What the macro generates](#what-the-macro-generates) |
//! | declaring functions | [Methods](#methods), [Parameters](#parameters-of-native-functions), [Types of your own](#types-of-your-own), [Options of the interface](#options-of-the-interface) |
//! | pointers and callbacks | [Handles](#handles), [Memory of the server](#memory-of-the-server), [Callbacks](#callbacks) |
//! | failures, deployment | [When a call fails](#when-a-call-fails), [Events](#events), [Where the server runs](#where-the-server-runs) |
//! | many calls, tests | [Many calls in one round trip](#many-calls-in-one-round-trip), [Without the library](#without-the-library) |
//! | Windows and .NET | [Messages and COM](#messages-and-com), [.NET assemblies](#net-assemblies) |
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
//! | `MyLibBatch` | records the calls of a [batch](#many-calls-in-one-round-trip) |
//! | `MyLibLibrary` | loads the library into its own process and calls it: in the server, or in a 64-bit program that has a 64-bit build of the library |
//!
//! Names that begin with `__bridge32` are reserved. Apart from them, your names never clash with generated ones.
//!
//! ## Generic code
//!
//! Besides the interface's methods, every client has those of the trait [`Client`]: `launch`, `builder`, `connect`,
//! `in_process`, `shutdown`, `shutdown_within`, `abort`, `server_info`, `batch` and `batch_with`. Code that works with any client takes a `C: Client`:
//!
//! ```no_run
//! # use bridge32::bridge32;
//! # #[bridge32(lib = "my_lib")]
//! # pub trait MyLib {
//! #     fn add(&self, a: i32, b: i32) -> i32;
//! # }
//! use std::time::Duration;
//!
//! use bridge32::{Client, Error};
//!
//! /// Launches a server whose library takes long to load.
//! fn launch_slow_server<C: Client>() -> Result<C, Error> {
//!     let client = C::builder().start_timeout(Duration::from_secs(60)).launch()?;
//!     println!("the server is process {}", client.server_info().pid);
//!     Ok(client)
//! }
//!
//! # fn main() -> Result<(), Error> {
//! let client: MyLibClient = launch_slow_server()?;
//! assert_eq!(client.add(1, 2)?, 3);
//! # Ok(())
//! # }
//! ```
//!
//! An interface may declare methods of these names, because libraries export functions such as `connect`. Then
//! `client.connect(…)` calls the library's function, and `<MyLibClient as bridge32::Client>::connect(name)` connects to a server.
//!
//! ## Loading the library without a server
//!
//! `MyLibLibrary::load()` and `load_from(path)` load the library into the calling process; they are also methods of the trait
//! [`LoadLibrary`]. They are `unsafe`: the caller promises that the trait describes the library's functions correctly, because the
//! methods, which are safe, call them with the declared types. A client needs no such promise: if the trait is wrong,
//! the damage is confined to the server's process.
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
//! # Methods
//!
//! Each method of the trait is a function that the client can call. A method **without a body** calls the library's function of
//! the same name. A method **with a body** runs in the server, and may call the other methods through `&self`: many native
//! calls in one round trip. Without `lib = …` the interface has no library, and you implement its methods for a server type of
//! your own; see [`Serve`].
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
//!     /// Returns an error of its own: the client gets `Result<f64, CallError<String>>`.
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
//! | `#[symbol("name")]`, `#[ordinal(7)]` | the exported name, if it is not the method's, or the export's number (Windows) |
//! | `#[function(self.table().open)]`, `#[vtable(3)]` | the function is not exported: its address is this expression, or entry 3 of the table that the first argument begins with a pointer to; see [below](#functions-at-an-address) |
//! | `#[library("oleaut32.dll")]` | the function is in another library, which the server loads as well |
//! | `#[abi("stdcall")]` | the calling convention: `"C"` (the default), `"system"`, `"stdcall"`, `"fastcall"`, `"thiscall"`, `"cdecl"`; for `stdcall` and `fastcall`, decorated names such as `_add@8` are found as well |
//! | `#[abi("gnu")]`, `#[abi("stdcall", "gnu")]` | the compiler that has built the function, `"msvc"` (the default) or `"gnu"`, which matters for [returned structs](#returned-structs) on Windows |
//! | `#[timeout("5s")]` | the deadline of its calls, instead of the client's [`call_timeout`](Builder::call_timeout): a number with `ms`, `s`, `min` or `h`; also for methods with a body |
//! | `#[optional]` | the library may lack the function: [`Error::SymbolMissing`] at the call, not at the start |
//! | `#[check(ret == 0)]` | a [condition](#lengths-and-conditions), usually on `ret`, the returned value; if it is false the call fails with [`Error::Status`], and what the library wrote is dropped; `#[check(ret == 0, text = self.error_text())]` adds the library's own words, asked for right after the failed call on the same thread |
//! | `#[last_error]`, `#[errno]` | reads `GetLastError()` (`errno` on other systems than Windows), or `errno`, right after the call, for that error's `os_error` |
//! | `#[returns(len = 4)]` | a returned `Vec<T>` is copied from the returned pointer, with this number of elements: any [expression](#lengths-and-conditions) over the parameters, also over `#[out]` parameters; `until_null` for a list that a null pointer, or zero, ends |
//! | `#[multi]` | a returned `Vec<String>` is one text after the other in C, with an empty one at the end |
//! | `#[free_with("lib_free")]` | the returned pointer is passed to this function after its target was copied; it may also be a variable that holds the function, such as libxml2's `xmlFree`; also before a parameter with `#[out(pointer)]`. A function of another library is `#[free_with("ole32.dll", "CoTaskMemFree")]`, with the system's calling convention unless `abi = "…"` follows |
//! | `#[wide]`, `#[encoding(latin1)]` | the encoding of returned text; see [below](#parameters-of-native-functions) |
//! | `#[global]` | the symbol is a variable, read by `fn level(&self) -> i32` and written by `fn set_level(&self, value: i32)` |
//!
//! ## Calling conventions
//!
//! On 32-bit x86, a function and its caller must agree on who takes the arguments off the stack. Many Windows libraries use `stdcall`,
//! and a header often hides that in a macro such as `WINAPI` or `CALLBACK`. The server checks the first call of each function. If
//! the convention, or the number of parameters of a `stdcall`, `fastcall` or `thiscall` function, is not the declared one, the call
//! fails with [`Error::CallingConvention`], whose text says what to change, and the server keeps running. Functions of
//! `#[free_with]` are checked as well, and so is whether a function returns `float` or `double`.
//!
//! Some mistakes cannot be seen from outside the function: a wrong number of parameters of a function of C's own convention, two
//! parameter lists of the same size, a wrong convention of a function without parameters on the stack, and a wrong declaration of a
//! callback.
//!
//! ## Returned structs
//!
//! Compilers for 32-bit Windows do not agree on how a function returns a struct whose only content is one `f32` or `f64`. A server for
//! Windows expects what MSVC does, whichever target it is built for. For a library built with GCC (MinGW), write `#[abi("gnu")]` on such
//! methods, and on callbacks that return such structs, or `abi = "gnu"` for the whole interface. The wrong choice is
//! [`Error::CallingConvention`].
//!
//! A C++ member function, `thiscall`, that MSVC has built returns every struct through a hidden pointer; the server passes it. Other
//! functions return through a pointer that you declare yourself, as an `#[out]` parameter: `__stdcall` member functions, as those of
//! COM are, after `this`, and functions that return a C++ class with constructors, as the first parameter. A `thiscall` callback cannot
//! return a struct.
//!
//! ## Floating-point state
//!
//! Some libraries change how the processor computes: they raise exceptions for divisions by zero, as Delphi's do, flush denormal
//! numbers to zero, or round in another direction. In a 32-bit x86 server, such a library finds the processor on each thread as it
//! left it, from when it was loaded. Methods with a body and closures compute as Rust code does everywhere.
//!
//! # Parameters of native functions
//!
//! Declare parameters in C order. Parameters marked `#[len_of]` or `#[out]` are filled in for you and do not appear in the
//! client's method. Output parameters are returned: the method returns `ret`, or `(ret, out1, …)`, without a `ret` that is `()`.
//!
//! | Rust | C |
//! |---|---|
//! | `i8` … `i64`, `u8` … `u64`, `f32`, `f64` | the type of the same width |
//! | [`Size`], [`SSize`], [`Long`], [`ULong`], [`IntPtr`], [`UIntPtr`] | `size_t`, `ssize_t`, `long`, `unsigned long`, `INT_PTR`, `DWORD_PTR`: 64 bits in Rust, in C what the server's process has; what does not fit is [`Error::Argument`] |
//! | `bool`, [`Bool32`], [`Bool16`] | `_Bool`, Win32's `BOOL`, COM's `VARIANT_BOOL`; any value other than zero is `true` |
//! | [`LongDouble`] | `long double` of GCC and MinGW, rounded to an `f64`; MSVC's is an `f64` itself |
//! | [`Address`] | any pointer, as a number that the client only passes on; null is [`Address::NULL`] |
//! | [`Handle<Tag>`](Handle), `Option<Handle<Tag>>` | a pointer to an opaque object, which the library returns and accepts; `None` is null; see [below](#handles) |
//! | a type with `#[derive(Bridge)]` | a struct, an enum, a bit set; see [below](#types-of-your-own) |
//! | `&T`, `&mut T` | `const T *`, and `T *` for input and output |
//! | `Option<&T>`, `Option<&mut T>`, `Option<&[T]>`, `Option<&mut [T]>` | the same, where `None` is null; a length with `#[len_of]` is that of the other arrays, or 0 |
//! | `#[out] x: T` | `T *` for output only |
//! | `&[T]`, `&mut [T]` | `const T *`, and `T *` for input and output |
//! | `#[len_of(x)] n: i32`, `#[len_of(x, y)] n: &i32` | the length of `x`, which must also be that of `y`; any integer, by value or by reference; for text, the number of code units without the NUL |
//! | `#[bytes_of(x)] n: u32` | likewise, in bytes |
//! | `#[fixed(expression)] n: i32` | an argument that the caller does not pass, such as a version, or `#[fixed(Address::NULL)] reserved: Address`; the [expression](#lengths-and-conditions) is evaluated in the server |
//! | `#[len(rows * columns)] x: &[T]` | likewise; a slice with another number of elements is [`Error::Argument`], and the function is not called |
//! | `#[out(len = xin.len())] y: Vec<T>` | `T *`, a buffer of this length: any [expression](#lengths-and-conditions) over the other parameters |
//! | `#[out(cap = 10, len = count)] y: Vec<T>` | likewise, truncated to the length in `count`, which is another `#[out]` parameter, a `&mut` parameter or `ret`, or an expression such as `got * channels`; a length beyond the capacity is an error, never a read past the end |
//! | `#[out(cap = 64)] y: …` and `#[len_of(y)] n: &mut u32` | a buffer whose size variable holds the capacity on input and the length on output; if the caller chooses the capacity, `#[out(cap = *n, len = n)] y: …` and `n: &mut u32` |
//! | `#[out(pointer, len = n)] y: Vec<T>` | `T **`: the library stores a pointer, whose target is copied and, with `#[free_with("…")]`, given back; `len` is an [expression](#lengths-and-conditions) or `until_null`; null is an error unless the length is 0 |
//! | `#[out(pointer)] s: String`, `Option<String>` | `char **`, likewise |
//! | `#[out(pointer)] p: Box<T>`, `Option<Box<T>>`; `-> Box<T>`, `-> Option<Box<T>>` | `T **`; `const T *`: the struct is copied |
//! | `&str`, `Option<&str>` | `const char *`, NUL-terminated; `None` is null |
//! | `&[&str]` | `const char **`, with a null pointer after the last; with `#[multi]`, one text after the other in a `const char *`, and an empty one at the end |
//! | `#[multi] #[out(cap = 256)] s: Vec<String>`, `#[multi] #[out(pointer)] s: Vec<String>` | the same for texts that the library writes, or stores a pointer to |
//! | `&CStr`, `Option<&CStr>`, `&[u8]` | bytes, without conversion |
//! | `#[out(cap = 256)] s: String` | `char *`, a buffer that is read up to its NUL |
//! | `-> String`, `-> Option<String>` | `const char *`, whose target is copied; null is `None`, or an error for `String` |
//!
//! Text is UTF-8, or `#[wide]` (`wchar_t`: 16 bits on Windows, 32 elsewhere), `#[encoding(latin1)]`, or
//! `#[encoding(ansi)]` (the server's code page on Windows, UTF-8 elsewhere). Text that the encoding cannot represent, or that
//! contains a NUL, is [`Error::Argument`].
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
//! ## Lengths and conditions
//!
//! The expressions in `#[out(len = …)]`, `#[out(cap = …)]`, `#[returns(len = …)]`, `#[len(…)]` and `#[check(…)]` are Rust. They may use
//! every parameter, including `#[out]` parameters and those with `#[len_of]`; `ret`, the returned value; and `self`, to call another
//! method of the library. A number behind a pointer is `*n`, or `n` where it is the whole expression.
//!
//! ```
//! # use bridge32::bridge32;
//! #[bridge32(lib = "recorder")]
//! pub trait Recorder {
//!     /// const short *rec_last(int *frames, int *error);
//!     #[check(error == 0)]
//!     #[returns(len = frames * 2)]
//!     fn rec_last(&self, #[out] frames: i32, #[out] error: i32) -> Vec<i16>;
//!
//!     /// int rec_read(short *samples, int capacity, int channels, int *got);
//!     #[check(ret >= 0)]
//!     fn rec_read(
//!         &self,
//!         #[out(cap = 1024 * channels, len = got * channels)] samples: Vec<i16>,
//!         #[len_of(samples)] capacity: i32,
//!         channels: i32,
//!         #[out] got: i32,
//!     ) -> i32;
//!
//!     /// int rec_get(void *buffer, int capacity, int *indicator); the indicator is -1 if there is nothing, and larger than the
//!     /// capacity if the data was truncated
//!     fn rec_get(
//!         &self,
//!         #[out(cap = 256, len = indicator.clamp(0, capacity))] buffer: Vec<u8>,
//!         #[len_of(buffer)] capacity: i32,
//!         #[out] indicator: i32,
//!     ) -> i32;
//!
//!     /// void rec_mix(float *matrix, int rows, int columns);
//!     fn rec_mix(&self, #[len(rows * columns)] matrix: &mut [f32], rows: i32, columns: i32);
//! }
//! # fn main() {}
//! ```
//!
//! - A capacity and `#[len(…)]` are evaluated before the call, so they cannot use `#[out]` parameters and `ret`.
//! - Every other expression is evaluated after the call if it uses something that the call may change: `ret`, `#[out]` and `&mut`
//!   parameters. Otherwise it is evaluated before the call. `#[out(len = *n)] y: Vec<T>` with `n: &mut i32` is both: `n` is the
//!   capacity before the call, and the number of elements after it.
//! - In a method with a body, a call that fails ends that method, and the client gets the error. [`attempt`] calls it and returns
//!   the error instead.
//! - A condition is evaluated before other outputs are converted, so that the library need not fill them if it fails. The
//!   number in [`Error::Status`] is `ret`; if the condition does not use `ret`, it is the first output that it uses.
//! - A length that the library writes is never believed beyond the capacity of its buffer. A list that nothing ends is an error
//!   after 1,048,576 elements.
//!
//! ## Functions at an address
//!
//! Some libraries export one function that returns a table of the others, and objects of C++ and COM begin with a pointer to one.
//!
//! ```
//! # use bridge32::{Address, Bridge, Handle, bridge32};
//! /// typedef struct { int (*open)(const char *); int (*close)(int); } table; const table *get_table(void);
//! #[derive(Debug, Clone, Bridge)]
//! #[repr(C)]
//! pub struct Table {
//!     pub open: Address,
//!     pub close: Address,
//! }
//!
//! pub enum Meter {}
//!
//! #[bridge32(lib = "tables")]
//! pub trait Tables {
//!     fn get_table(&self) -> Box<Table>;
//!     #[function(self.get_table().open)]
//!     fn open(&self, name: &str) -> i32;
//!
//!     /// struct meter { virtual HRESULT __stdcall read(int channel, double *value) = 0; }; meter *make_meter(void);
//!     fn make_meter(&self) -> Handle<Meter>;
//!     #[vtable(0)]
//!     #[abi("stdcall")]
//!     #[check(ret >= 0)]
//!     fn read(&self, this: Handle<Meter>, channel: i32, #[out] value: f64) -> i32;
//! }
//! # fn main() {}
//! ```
//!
//! Everything else is as for exported functions, including the check of the calling convention at the first call of each function.
//! An address that is null, or where no function is, is [`Error::Argument`], and nothing is called.
//!
//! # Handles
//!
//! A [`Handle<Tag>`](Handle) is an opaque pointer that the library returned, such as `sqlite3 *`. The tag is any type; handles
//! with different tags are different types. Mark a handle parameter `#[closes]` if the function frees it.
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
//!     /// statement *base_prepare(base *database, const char *text); null if the text has an error
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
//! - A pointer has the same handle for as long as it is open. If the library returns the same pointer again after it was
//!   closed, that is a new handle.
//! - A function without `#[check]` always closes the handle; a function with `#[check]` closes it if the condition holds.
//!   `None` closes nothing. A pointer to a handle, as in `#[closes] database: &mut Option<Handle<Database>>`, follows the same
//!   rules.
//! - A closed handle, a handle with another tag, and one that the server never returned are [`Error::Argument`]. A handle of
//!   another server, or of the server before a restart, is [`Error::StaleHandle`]. In all these cases the library is not called.
//!   bridge32 does not know which other objects the library frees together with a handle, such as the statements of a
//!   database.
//! - When a client ends, the server closes the handles that it left open, the last opened first. It calls the method that has
//!   `#[closes]` and no other parameter, if there is exactly one for the tag. If several clients of a server that was started
//!   by hand have received or used the handle, the last of them to end closes it. This also happens if the client is killed,
//!   except on Windows, where the client's own server ends with it at once and closes nothing. Use a separate tag for borrowed
//!   pointers, which must not be closed.
//! - A handle that is an integer in C has that as its second argument: `Handle<Unit, i16>` is an `int16_t`. In an
//!   `Option<Handle<Unit, i16>>`, 0 and negative numbers are `None`; without the `Option`, every number is a handle.
//! - Handles that the library knows without having opened them are constants:
//!   `const LOCAL_MACHINE: Handle<Key> = Handle::predefined(0x8000_0002);`. They are passed as they are, and closing them has no effect
//!   on the handle.
//! - Handles pass through methods with a body and through custom servers like any other value; such a method closes a handle
//!   by calling the native method. A mock creates handles with [`Handle::new`].
//!
//! # Memory of the server
//!
//! A [`RemoteBuffer<T>`](RemoteBuffer) is memory that the client allocates in the server, for libraries that keep a pointer
//! after the call returns. You write and read it explicitly, and pass its [`address()`](RemoteBuffer::address) where the
//! interface has an [`Address`]. `T` is a scalar, or a type with `#[derive(Bridge)]` that contains no pointers and is listed in
//! the interface's option `remote`.
//! [`RemoteBuffer::at`] refers to memory of the library's own, also from inside a closure; if nothing is there, its use is
//! [`Error::Argument`].
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
//!     /// Keeps the buffer, and fills it until `sampler_stop`.
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
//! Access outside the buffer is [`Error::Argument`], and so is a size that the 32-bit process cannot allocate. After a restart
//! of the server the memory is gone: each use is [`Error::StaleHandle`].
//!
//! # Callbacks
//!
//! A function pointer that the library calls is declared as `fn(…)`. The client passes a closure, which runs in your program.
//!
//! | parameter | C |
//! |---|---|
//! | `cb: fn(i32, &str) -> i32` | a function pointer that the library calls during the call; the client takes `impl FnMut(i32, &str) -> i32`, the trait `&mut (dyn FnMut(i32, &str) -> i32 + Send)` |
//! | `#[registered] cb: fn(i32)` | a function pointer that the library keeps; the client takes `impl FnMut(i32) + Send + 'static`, and also returns a [`Registration`], which keeps the closure until it is dropped |
//! | `Option<fn(…)>` | null for `None` |
//! | `#[abi("stdcall")]` | the callback's calling convention; without it, that of the interface |
//! | `ctx: UserData` | the `void *` context that the library passes to its callbacks; declare it in the method and in the callback. The caller does not pass it. `#[user_data(cb, other)]` if there are several callbacks. See [`UserData`] |
//!
//! Declare a callback's parameters in C order, with the same attributes. Parameters that the library passes become the
//! closure's arguments; the closure returns `#[out]` parameters after its own result. An array in a callback needs its length:
//! `fn(data: &[u8], #[len_of(data)] n: u32)`.
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
//! A function pointer that is no parameter of one call, such as one in a struct, in a table of functions, or one that a second function
//! takes again, is declared as an item of its own:
//!
//! ```
//! # use bridge32::{Address, Bridge, Callback, UserData, bridge32};
//! #[bridge32(lib = "gsl")]
//! pub trait Integration {
//!     /// double (*function)(double x, void *params)
//!     #[callback]
//!     fn integrand(x: f64, params: UserData) -> f64;
//!
//!     /// int integrate(const integrand *f, double from, double to, double *result);
//!     #[check(ret == 0)]
//!     fn integrate(&self, f: &Integrand, from: f64, to: f64, #[out] result: f64) -> i32;
//! }
//!
//! #[derive(Debug, Clone, Bridge)]
//! #[repr(C)]
//! pub struct Integrand {
//!     pub function: Address,
//!     pub params: Address,
//! }
//!
//! # fn call() -> Result<(), bridge32::Error> {
//! # let client = IntegrationClient::launch()?;
//! let square: Callback = client.integrand(|x| x * x)?;
//! let f = Integrand { function: square.address(), params: square.context() };
//! let (_, result) = client.integrate(&f, 0.0, 1.0)?;
//! # Ok(())
//! # }
//! # fn main() {}
//! ```
//!
//! The library can call the closure until the [`Callback`] is dropped; the rules are those of `#[registered]`.
//!
//! A closure runs on the thread that made the call, and may call the client again, to any depth. If the library calls a
//! registered closure from one of its own threads, the closure runs on a thread of the client, one such closure at a time; the
//! calls that it makes run on that thread of the library, as those of a C callback would, even while the main thread is in
//! another call. So a call that waits for the library's thread, such as one that stops an acquisition, does not wait for ever. If
//! the server is not a native library but Rust code that is not `Sync`, such calls are refused with [`Error::Fault`]; so are those
//! of an unregistered closure that a thread of the library's own runs. If a closure panics, the call fails with
//! [`Error::Callback`]: the library gets zero as the closure's result, the closure is not run again, and nothing
//! unwinds through C. Text, and structs with pointers, that a closure returns stay in the server's memory until the native call
//! returns; those of a registered closure until it has returned 64 more. A closure is never called recursively. A callback parameter without a context can have 128 closures at
//! a time.
//!
//! # When a call fails
//!
//! Every call returns a `Result`, because the server is another process: it may crash, hang or be killed. [`Error`] has one
//! variant for each kind of failure. Its text names the cause and, where possible, the remedy. These methods are about all
//! variants:
//!
//! | method | answers |
//! |---|---|
//! | [`method()`](Error::method) | which method the error is about, if any |
//! | [`is_timeout()`](Error::is_timeout) | whether this call, or the start of the server, exceeded its own time limit |
//! | [`is_server_gone()`](Error::is_server_gone) | whether the client has lost its server, so that later calls fail unless it is started again |
//! | [`was_called()`](Error::was_called) | whether the library's function may have run: `Some(false)` if it certainly did not, `Some(true)` if it was called, `None` if that is unknown |
//!
//! A call without a time limit may hang for good. From any other thread, [`abort`](Client::abort) ends the server at once, so that
//! the call fails with [`Error::Aborted`] and the next one starts the server again, if `restart` allows it;
//! [`shutdown_within`](Client::shutdown_within) gives the calls in progress some time, and then ends the server for good.
//!
//! No call is ever repeated for you. [`call_timeout`](Builder::call_timeout) and `#[timeout("5s")]` limit a call's duration; a
//! server that exceeds the limit is killed, because a native call cannot be cancelled. [`restart`](Builder::restart) lets
//! the next call start a server that has failed again, and [`on_start`](Builder::on_start) then initializes the library. Whether to
//! repeat the failed call is the caller's decision:
//!
//! ```no_run
//! # use bridge32::bridge32;
//! use std::time::Duration;
//!
//! use bridge32::{Error, Restart};
//!
//! #[bridge32(lib = "dispenser")]
//! pub trait Dispenser {
//!     /// double level(void);
//!     fn level(&self) -> f64;
//!     /// void dispense(double millilitres);
//!     fn dispense(&self, millilitres: f64);
//! }
//!
//! /// Reading twice does no harm: try again on a new server.
//! fn level(client: &DispenserClient) -> Result<f64, Error> {
//!     match client.level() {
//!         Err(error) if error.is_server_gone() => client.level(),
//!         result => result,
//!     }
//! }
//!
//! /// Dispensing twice does: try again only if the function certainly did not run.
//! fn dispense(client: &DispenserClient, millilitres: f64) -> Result<(), Error> {
//!     match client.dispense(millilitres) {
//!         Err(error) if error.was_called() == Some(false) && (error.is_timeout() || error.is_server_gone()) => {
//!             client.dispense(millilitres)
//!         }
//!         Err(error) if error.was_called().is_none() => {
//!             eprintln!("check the glass: `{}` may have run", error.method().unwrap_or("dispense"));
//!             Err(error)
//!         }
//!         result => result,
//!     }
//! }
//!
//! # fn main() -> Result<(), Error> {
//! let client = DispenserClient::builder()
//!     .call_timeout(Duration::from_secs(5))
//!     .restart(Restart::OnFailure { max: 3, within: Duration::from_secs(60), backoff: Duration::from_millis(100) })
//!     .launch()?;
//! println!("{} ml", level(&client)?);
//! dispense(&client, 20.0)?;
//! # Ok(())
//! # }
//! ```
//!
//! The error of the system or of the library's loader is the [`source`](std::error::Error::source). A program that returns an
//! [`Error`] from `main` prints its text and all sources, because `Debug` prints them.
//!
//! A method that returns `Result<T, E>` gives the client a `Result<T, CallError<E>>`: [`CallError::Method`] is the method's own
//! error, [`CallError::Bridge`] an [`Error`]. A [`CallError`] has the text and the source of the error in it, so that `?` and
//! error reporters lose nothing.
//!
//! # Many calls in one round trip
//!
//! `client.batch(|b| …)` records calls, sends them in one message and returns all their results. `b` has the methods of the
//! client; each returns a [`Pending`] result. The closure returns these, alone or in tuples, arrays, `Vec`s and `Option`s, and
//! `batch` returns the same with a `Result` in place of each `Pending`.
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
//! - The calls are made in the order in which they were recorded, including those whose result is dropped. For other threads,
//!   the batch is one call, which they wait for.
//! - Each call has its own result, the same as without a batch. After a failure the remaining calls are still made; with
//!   [`BatchMode::StopOnError`] they are not, and their result is [`Error::NotCalled`], which names the call that failed. A
//!   method's own error and an argument that the client refuses count as failures.
//! - The outer error is about the batch as a whole, for example if the server died. Then it is unknown which calls were made.
//!   No call is made twice.
//! - The deadline of a batch is the sum of its calls' deadlines. If one call has no deadline, neither has the batch.
//! - Arguments are encoded when the call is recorded. Arguments passed by `&mut` stay borrowed until the batch returns, and
//!   change then. A result that the closure does not return is dropped, and its call's `&mut` arguments do not change.
//! - All calls are one message and all results another, of 1 GiB at most. Calls beyond that limit fail individually.
//! - Methods that take closures are not available in a batch. A closure may itself use a batch, and registered closures run
//!   during one.
//!
//! # Types of your own
//!
//! `#[derive(Bridge)]` makes a type usable in an interface: it can be sent to the server and passed to C. Do not derive
//! `Serialize` and `Deserialize` as well: `Bridge` implements both.
//!
//! | type | C |
//! |---|---|
//! | `#[repr(C)] struct S`, `#[repr(C, packed)]` | by value, in arrays, by pointer |
//! | `#[repr(i32)] enum E` | its integer; a value without a variant is an error |
//! | `#[repr(transparent)] struct Flags(u32)` | the type of its field |
//! | `#[repr(C)] union U` | a union of integers, floats, `bool`, enums and arrays of these; see [below](#unions) |
//!
//! The fields of a struct have the types of parameters by value, or one of these:
//!
//! | field | C |
//! |---|---|
//! | `[T; N]`, `[[T; N]; M]`, … | an array in the struct, of any depth and size |
//! | `Box<T>`, `Option<Box<T>>` | a pointer to another struct; null is `None` |
//! | `String`, `Option<String>` | a pointer to text in UTF-8, or in another encoding with `#[wide]` or `#[encoding(latin1)]`, as for parameters |
//! | `#[text(cap = 32)] name: String` | `char name[32]`; with `#[wide]` `wchar_t name[32]` |
//! | `#[text(cap = 256)] names: [String; 10]` | `char names[10][256]` |
//! | `points: Vec<T>`, with `#[len_of(points)] n: i32` | a pointer to `n` elements; an empty `Vec` is null. `#[len_of(x, y)]` is the length of both |
//! | `#[len(width * height)] pixels: Vec<T>` | a pointer to as many elements, which are an expression over other fields |
//! | `points: Option<Vec<T>>` | likewise; `None` is null, or a length of -1 that the library writes. `n` then says how many elements it needs, or why there are none |
//! | `#[fixed(size_of)] cb_size: u32` | the size of the struct in C; `#[fixed(3)]` is any other value that never differs |
//!
//! ```
//! # use bridge32::{Bridge, bridge32};
//! /// typedef struct { DWORD cbSize; WCHAR title[64]; char tags[4][16]; float m[3][4]; BYTE *pixels; int width, height; } IMAGE;
//! #[derive(Debug, Clone, Default, Bridge)]
//! #[repr(C)]
//! pub struct Image {
//!     #[fixed(size_of)]
//!     pub cb_size: u32,
//!     #[text(cap = 64)]
//!     #[wide]
//!     pub title: String,
//!     #[text(cap = 16)]
//!     pub tags: [String; 4],
//!     pub m: [[f32; 4]; 3],
//!     #[len(width * height)]
//!     pub pixels: Vec<u8>,
//!     pub width: i32,
//!     pub height: i32,
//! }
//!
//! #[bridge32(lib = "picture")]
//! pub trait Picture {
//!     fn sharpen(&self, image: &mut Image);
//! }
//!
//! # fn call() -> Result<(), bridge32::Error> {
//! # let client = PictureClient::launch()?;
//! let mut image = Image { title: "Kiel".into(), pixels: vec![0; 6], width: 3, height: 2, ..Image::default() };
//! client.sharpen(&mut image)?;
//! # Ok(())
//! # }
//! # fn main() {}
//! ```
//!
//! - Whatever the caller put into a field with `#[len_of]` or `#[fixed]` is ignored. After the call it holds what the library wrote.
//! - Text in the struct itself must fit with its NUL, or the call is [`Error::Argument`]. Text that the library fills to the end of its
//!   field needs no NUL.
//! - An array with `#[len(…)]` must have that many elements when it is passed, or the call is [`Error::Argument`].
//! - If a struct is passed by `&mut`, the library may change the elements and their number, move the pointer or replace it. A
//!   number of elements beyond the memory that was passed is an error that names the field, and nothing beyond is read.
//!
//! ## Unions
//!
//! A union crosses as its bytes. Every field has a method that reads it without `unsafe`; for an enum it returns an `Option`, because the
//! bytes may be none of its values. `Debug` and `PartialEq` are derived, too: they show and compare all bytes, of which those that the
//! last written field does not have are unspecified.
//!
//! ```
//! # use bridge32::{Bridge, bridge32};
//! /// typedef struct { int kind; union { DWORD raw; float f; } u; } VALUE;
//! #[derive(Debug, Clone, Copy, Bridge)]
//! #[repr(C)]
//! pub struct Value {
//!     pub kind: i32,
//!     pub u: Number,
//! }
//!
//! #[derive(Clone, Copy, Bridge)]
//! #[repr(C)]
//! pub union Number {
//!     pub raw: u32,
//!     pub f: f32,
//! }
//!
//! let value = Value { kind: 2, u: Number { f: 1.5 } };
//! assert_eq!((value.u.f(), value.u.raw()), (1.5, 0x3fc0_0000));
//! ```
//!
//! ## Bit fields
//!
//! The crate [`bitfield-struct`](https://docs.rs/bitfield-struct) makes a newtype of an integer with a method for each field, which
//! `#[derive(Bridge)]` accepts, as it does any newtype with `#[repr(transparent)]`:
//!
//! ```text
//! /// typedef struct { DWORD id; DWORD parity : 2, stop : 2, baud : 28; } PORT;
//! #[derive(Debug, Clone, Copy, Bridge)]
//! #[repr(C)]
//! #[bridge(size = 8)]
//! pub struct Port {
//!     pub id: u32,
//!     pub line: Line,
//! }
//!
//! #[bitfield(u32)]
//! #[derive(Bridge)]
//! pub struct Line {
//!     #[bits(2)]
//!     pub parity: u8,
//!     #[bits(2)]
//!     pub stop: u8,
//!     #[bits(28)]
//!     pub baud: u32,
//! }
//! ```
//!
//! Compilers begin with the lowest bit, as the crate does. GCC on Linux lets bit fields share an integer with a smaller field before
//! them, as in `char kind; int low : 3;`, and MSVC and MinGW do not; state the size that the header gives.
//!
//! `#[bridge(size = 16)]` asserts the size of the C type when the 32-bit server is compiled.
//!
//! `docs/vocabulary.md` of the repository lists every attribute and type, each with a declaration and the test that calls it.
//!
//! `usize`, `isize`, `c_long` and `c_ulong` do not compile: their width differs between the two processes. [`Size`], [`SSize`],
//! [`Long`] and [`ULong`] stand for them. Methods with a
//! body, and interfaces without a library, accept and return any type that is `Serialize + DeserializeOwned`, and accept
//! `&mut T` and `&mut [T]`, which the server can change.
//!
//! # .NET assemblies
//!
//! With the feature `dotnet`, a method without a body calls a managed method. The server runs the assembly in the .NET
//! Framework on Windows, and in Mono on other systems or if there is no .NET Framework.
//!
#![cfg_attr(feature = "dotnet", doc = "```")]
#![cfg_attr(not(feature = "dotnet"), doc = "```text")]
//! # use bridge32::bridge32;
//! use bridge32::dotnet::{Class, Object};
//!
//! #[bridge32(dotnet = "Vendor.Meter", class = "Vendor.Meter.Device")]
//! pub trait Meter {
//!     /// A static method, or a method of an object that the server creates when it starts.
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
//! | `&Object<T>`, `-> Object<T>` or `Option<Object<T>>` | an object of the class that `T` names; it stays in the server until it is passed to a method with `#[release]` |
//! | `&mut T`, `&mut [T]`, `#[out] x: T` | `ref T`, an array that the method changes, `out T` |
//!
//! `#[class("…")]` names a method's class, with its namespace; the option `class` names the class of all methods without it.
//! `#[symbol("…")]` and `#[optional]` are as for native methods. When the server starts, it looks up all methods. If one is
//! missing or has other types, launching fails with [`LibraryError::MissingMethods`], which lists what the class has instead. An
//! exception is [`Error::Exception`].
//!
//! # Options of the interface
//!
//! The options are written in the attribute, as in `#[bridge32(lib = "my_lib", abi = "stdcall")]`.
//!
//! | option | meaning |
//! |---|---|
//! | `lib = "my_lib"` | the library: a name, which stands for `my_lib.dll` on Windows and `libmy_lib.so` or `my_lib.so` on Linux, or a file name such as `my_lib.dll` |
//! | `abi = "stdcall"`, `abi = ["stdcall", "gnu"]` | the calling convention, or the compiler, or both, of all methods and callbacks whose `#[abi]` does not say it |
//! | `threads = "single"` | the default: all calls run on the server's main thread, one at a time, also if several threads of the client call; only the calls of a [registered closure](#callbacks) that a thread of the library's own runs are made on that thread |
//! | `threads = "multi"` | calls of several threads run at the same time, each on its own thread of the server; only for thread-safe libraries |
//! | `apartment = "sta"`, `"mta"` | the COM apartment of the server's main thread; see [below](#messages-and-com) |
//! | `server = "name"` | the file name of the server's program; the default is the trait's name in kebab case and `-server32` |
//! | `args = Type` | the type of a custom server's start arguments, which the client passes with [`start_args`](Builder::start_args) |
//! | `remote = [Type]` | types, other than scalars, for [memory of the server](#memory-of-the-server) |
//! | `dotnet = "Assembly"`, `class = "Name"` | the [assembly](#net-assemblies), instead of a library, and the class of its methods |
//! | `crate = path` | the path of this crate, if it is not `::bridge32` |
//!
//! # Where the server runs
//!
//! The client finds its server, `my-lib-server32`, next to the program, or next to the plug-in that contains it, and the server finds
//! the library next to itself: ship the three in one folder. Everything else is a setting of the [`Builder`]:
//!
//! ```no_run
//! # use bridge32::bridge32;
//! # #[bridge32(lib = "my_lib")]
//! # pub trait MyLib {
//! #     fn add(&self, a: i32, b: i32) -> i32;
//! # }
//! # fn main() -> Result<(), bridge32::Error> {
//! let client = MyLibClient::builder()
//!     .server("/opt/my-lib/my-lib-server32")
//!     .library_dir("/opt/vendor")
//!     .launch()?;
//! # Ok(())
//! # }
//! ```
//!
//! - [`Builder::library`] names the library's file, and [`Builder::library_dir`] adds a folder where it and what it needs are
//!   looked for.
//! - [`Builder::runner`] is a command that starts the server, such as `wine`, `bwrap` or `sudo`. A server on Linux is handed its
//!   connections as open files, so it works in a sandbox and as another user; a runner that passes on only text, such as
//!   `docker run -i`, needs [`Builder::runtime_dir`]. The repository's docs/sandbox.md has examples.
//! - The environment variables `BRIDGE32_SERVER_…`, `BRIDGE32_RUNNER` and `BRIDGE32_TRANSPORT` override this for tests.
//!   [`Builder::ignore_environment`] forbids it; a program with more rights than its user, such as a setuid one, ignores them anyway.
//!
//! # Messages and COM
//!
//! Some Windows libraries work in window messages: drivers with a hidden window, ActiveX controls, code that uses `SetTimer`.
//! They need a thread that dispatches these messages. COM objects need a thread that is in an apartment.
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
//! With `apartment = "sta"` the server's main thread enters a single-threaded apartment before it loads the library. Between
//! calls it dispatches messages, including those of windows and timers. If the library calls a registered closure while it handles
//! a message, the closure may call the library. Its calls run on the main thread at once; calls of the program's other threads
//! wait until the closure has returned. While a closure of a call runs, no messages are dispatched, as in a program without
//! a bridge. `PostQuitMessage` does not end the server.
//!
//! With `apartment = "mta"` all threads of the server are in the multithreaded apartment, also those that `threads = "multi"`
//! adds; nothing dispatches messages. Without the option, the main thread is in no apartment until the library enters one. If
//! the thread is already in the other kind of apartment, launching fails with [`Error::ServerStart`].
//!
//! Other systems have neither window messages nor COM, and ignore the option, so a library that exists for several systems
//! needs only one trait. The option applies to server processes, not to [`in_process`](#without-the-library).
//!
//! # Events
//!
//! With the feature `tracing`, each line that the server and its library print is an event with the target `bridge32::server`
//! and the fields `pid` and `stream`. A server's start, restart and end, and a call that exceeds its deadline, are events with
//! the target `bridge32::client`. They go to the subscriber of the thread that launches the server. Nothing waits for a slow
//! subscriber: it loses lines, and an event reports how many.
//!
//! # Without the library
//!
//! `in_process` serves any implementation of the trait on a thread of your program, for tests that have no library.
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
    Address, BatchMode, Bool16, Bool32, Builder, CallError, Callback, Client, Difference, Dispatch, Error, ExitStatus,
    Handle, InMemoryOf, IntPtr, Interface, LibraryError, LoadLibrary, Long, LongDouble, MissingMethod, MissingSymbol,
    Native, Output, Pending, PendingResults, RawHandle, Registration, RemoteBuffer, Restart, SSize, Serve,
    ServerContext, ServerExit, ServerInfo, Size, SystemError, Transport, UIntPtr, ULong, UserData, WrongSymbol,
    attempt, serve, server_main,
};

/// Types for interfaces of .NET assemblies; see the [guide](crate#net-assemblies).
#[cfg(feature = "dotnet")]
pub mod dotnet {
    pub use bridge32_runtime::dotnet::{Class, Matrix, Object, Scalar, class_names};
}

#[doc(hidden)]
pub use bridge32_runtime::private as __private;
