//! The description of an interface: its methods, their signatures, and the fingerprint that client and server compare in the
//! handshake.

mod c_types;
mod difference;
#[cfg(feature = "dotnet")]
mod managed;
mod shape;

pub use c_types::{CField, CTypes, declare, declare_array, declare_pointer};
pub use difference::Difference;
pub(crate) use difference::differences;
#[cfg(feature = "dotnet")]
pub(crate) use managed::csharp;
#[cfg(feature = "dotnet")]
pub use managed::{Access, Form, ManagedMethod, ManagedParameter, ManagedPassing};
pub(crate) use shape::HANDLE;
pub use shape::{
    c_str, optional_c_str, optional_reference, optional_reference_mut, optional_slice, optional_slice_mut,
    optional_text, out, out_text, out_text_list, out_vec, reference, reference_mut, result, slice, slice_mut, text,
    text_list, user_data, value, vec,
};

use std::fmt;

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// An interface, as `dyn Trait`.
///
/// Only `#[bridge32]` implements this trait, for `dyn Trait`. It has required items that are hidden from this page and may
/// change in any release.
pub trait Interface: 'static {
    /// The type of the start arguments, from the option `args`; `()` without it.
    type Args: Serialize + DeserializeOwned + Send + 'static;

    /// The interface's methods and settings.
    #[doc(hidden)]
    fn description() -> &'static Description;
}

/// The description of an interface.
#[derive(Debug)]
pub struct Description {
    /// The trait's name.
    pub name: &'static str,
    /// The file name of its server, without the system's suffix.
    pub server: &'static str,
    /// The version of its package.
    pub version: &'static str,
    /// The library, as the trait names it.
    pub library: Option<LibraryName>,
    /// The threads of the server that run the methods.
    pub threads: Threads,
    /// The COM apartment that the main thread of a Windows server is in.
    pub apartment: Option<Apartment>,
    /// Which libraries see the symbols of its library.
    pub symbols: SymbolScope,
    /// Its methods; a method's number is its place here.
    pub methods: &'static [Method],
}

/// The threads of a server that run the methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threads {
    /// The main thread, one call at a time.
    Single,
    /// One for each connection: several calls at once.
    Multi,
}

/// Which libraries see the symbols of a native library. On Windows it makes no difference: there a library names the one that it
/// takes each symbol from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolScope {
    /// Those that are linked to it.
    Local,
    /// All that are loaded after it, such as its plug-ins.
    Global,
}

/// A COM apartment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apartment {
    /// Single-threaded: the thread dispatches window messages while it waits for calls.
    Sta,
    /// Multi-threaded: the apartment of all threads that did not enter another.
    Mta,
}

impl fmt::Display for Apartment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sta => "sta",
            Self::Mta => "mta",
        })
    }
}

/// The library that an interface names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LibraryName {
    /// A native library.
    Native(&'static str),
    /// An assembly of .NET.
    #[cfg(feature = "dotnet")]
    Assembly(&'static str),
}

impl fmt::Display for LibraryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Native(name) => f.write_str(name),
            #[cfg(feature = "dotnet")]
            Self::Assembly(name) => f.write_str(name),
        }
    }
}

/// The description of a method.
#[derive(Debug)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// Its parameters, hidden ones included.
    pub parameters: &'static [Parameter],
    /// The text of its return type.
    pub returns: fn() -> String,
    /// The function of the library behind it, unless it has a body.
    pub target: Option<Target>,
    /// Its own deadline. Only the client uses it, so it is not part of the fingerprint.
    pub timeout: Option<Duration>,
    /// Why a drop-in library does not export it; `None` if it does.
    pub not_in_drop_in: Option<&'static str>,
}

/// The description of a parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// The text of its type.
    pub shape: fn() -> String,
}

/// The function that a method calls.
#[derive(Debug)]
pub enum Target {
    /// A function, or a variable, of a native library.
    Native(NativeFunction),
    /// A method of an assembly.
    #[cfg(feature = "dotnet")]
    Managed(ManagedMethod),
}

impl Target {
    /// Its signature in C or C#.
    pub fn signature(&self) -> String {
        match self {
            Self::Native(native) => native.signature(),
            #[cfg(feature = "dotnet")]
            Self::Managed(managed) => managed.signature(),
        }
    }
}

/// The description of a native function.
#[derive(Debug)]
pub struct NativeFunction {
    /// The name or ordinal that the library exports it under.
    pub symbol: Symbol,
    /// Whether it is a variable.
    pub is_variable: bool,
    /// The library that has it, if that is not the interface's.
    pub library: Option<&'static str>,
    /// The functions that free the pointers that it returns and stores.
    pub releases: &'static [ReleaseFunction],
    /// Its calling convention.
    pub abi: Abi,
    /// Whether the library may lack it.
    pub optional: bool,
    /// The size of its arguments on the stack of a 32-bit process, in bytes.
    pub stack_bytes: usize,
    /// The C type it returns.
    pub returns: CType,
    /// The C type and name of each parameter.
    pub parameters: &'static [(CType, &'static str)],
    /// The functions that add the structs and unions in these types.
    pub types: &'static [fn(&mut CTypes)],
}

/// A function that gets a pointer of the library's back.
#[derive(Debug, Clone, Copy)]
pub struct ReleaseFunction {
    /// The library that has it, if that is not the method's.
    pub library: Option<&'static str>,
    /// Its exported name.
    pub symbol: &'static str,
    /// Its calling convention.
    pub abi: Abi,
}

/// Where a function or variable is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbol {
    /// A name.
    Name(&'static str),
    /// An ordinal, which a Windows library has in addition to a name or instead of one.
    Ordinal(u16),
    /// Wherever an expression says at each call, whose text this is.
    Computed(&'static str),
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ordinal(ordinal) => write!(f, "#{ordinal}"),
            Self::Computed(expression) => write!(f, "(*{expression})"),
        }
    }
}

/// The C type of a parameter.
#[derive(Debug, Clone, Copy)]
pub enum CType {
    /// `T`.
    Value(&'static str),
    /// `const T *`.
    ConstPointer(&'static str),
    /// `T *`.
    Pointer(&'static str),
    /// `T **`.
    PointerPointer(&'static str),
    /// `const T **`.
    ConstPointerPointer(&'static str),
    /// `const T *const *`.
    ConstPointers(&'static str),
    /// `const T x[N][M]`.
    ConstArray(&'static str, &'static [usize]),
    /// `T x[N][M]`.
    Array(&'static str, &'static [usize]),
    /// `T (*)(…)`.
    Function(&'static FunctionPointer),
}

/// Which calling conventions a declaration in C has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Conventions {
    /// Those of 32-bit x86, by their keywords.
    OfX86,
    /// The only one that there is for 64 bits.
    One,
}

/// The C type of a callback.
#[derive(Debug)]
pub struct FunctionPointer {
    /// Its calling convention.
    pub abi: Abi,
    /// The C type it returns.
    pub returns: &'static str,
    /// The C type and name of each parameter.
    pub parameters: &'static [(CType, &'static str)],
}

/// The size of arguments of these sizes on the stack of a 32-bit process, where each is padded to a multiple of 4 bytes.
pub const fn stack_bytes(sizes: &[usize]) -> usize {
    let mut sum = 0;
    let mut place = 0;
    while place < sizes.len() {
        sum += sizes[place].next_multiple_of(4);
        place += 1;
    }
    sum
}

/// A calling convention. Outside 32-bit x86 there is only one, which all of these mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abi {
    /// C's own.
    C,
    /// The system's: `stdcall` on 32-bit Windows, C's elsewhere.
    System,
    /// `__stdcall`.
    Stdcall,
    /// `__fastcall`.
    Fastcall,
    /// `__thiscall`.
    Thiscall,
    /// `__cdecl`.
    Cdecl,
}

impl Abi {
    /// The names that a compiler may have exported a function under, the plain one first.
    /// Source of the decorations: <https://learn.microsoft.com/cpp/build/reference/decorated-names>.
    fn exported_names(self, symbol: &str, stack_bytes: usize) -> Vec<String> {
        let mut names = vec![symbol.to_owned()];
        let is_stdcall = self == Self::Stdcall || (self == Self::System && cfg!(windows));
        if cfg!(target_arch = "x86") && is_stdcall {
            names.push(format!("_{symbol}@{stack_bytes}"));
            // What mingw exports.
            names.push(format!("{symbol}@{stack_bytes}"));
        } else if cfg!(target_arch = "x86") && self == Self::Fastcall {
            names.push(format!("@{symbol}@{stack_bytes}"));
        }
        names
    }

    /// Its name, as an interface declares it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::C => "C",
            Self::System => "system",
            Self::Stdcall => "stdcall",
            Self::Fastcall => "fastcall",
            Self::Thiscall => "thiscall",
            Self::Cdecl => "cdecl",
        }
    }

    /// How many arguments it passes in registers at most, if the function takes the others off the stack. `None` if the caller
    /// does that.
    pub(crate) fn registers(self) -> Option<i32> {
        match self {
            Self::C | Self::Cdecl => None,
            Self::System => cfg!(windows).then_some(0),
            Self::Stdcall => Some(0),
            Self::Thiscall => Some(1),
            Self::Fastcall => Some(2),
        }
    }

    /// Its keyword in C; empty for C's own.
    pub fn c_keyword(self) -> &'static str {
        match self {
            Self::C => "",
            Self::System => "WINAPI ",
            Self::Stdcall => "__stdcall ",
            Self::Fastcall => "__fastcall ",
            Self::Thiscall => "__thiscall ",
            Self::Cdecl => "__cdecl ",
        }
    }
}

impl Method {
    /// Its signature in Rust and in the library's language, with all types spelled out. The fingerprint covers it.
    pub fn signature(&self) -> String {
        match &self.target {
            Some(target) => format!("{} = {}", self.rust_signature(), target.signature()),
            None => self.rust_signature(),
        }
    }

    /// The native function that it calls, if there is one.
    pub(crate) fn native(&self) -> Option<&NativeFunction> {
        match &self.target {
            Some(Target::Native(native)) => Some(native),
            _ => None,
        }
    }

    /// Its signature in Rust, with all types spelled out.
    pub fn rust_signature(&self) -> String {
        rust_signature(self.name, self.parameters, self.returns)
    }
}

impl NativeFunction {
    /// The size of a pointer on the stack of a 32-bit process, in bytes.
    pub(crate) const POINTER: usize = 4;

    /// The names that the library may export it under, the plain one first.
    pub fn exported_names(&self) -> Vec<String> {
        match self.symbol {
            Symbol::Name(name) if !self.is_variable => self.abi.exported_names(name, self.stack_bytes),
            symbol => vec![symbol.to_string()],
        }
    }

    /// The declaration of a function `name` of this type for a 64-bit program.
    pub(crate) fn declaration_for_64_bits(&self, name: &str) -> String {
        self.returns.declare(&format!("{name}({})", c_parameters(self.parameters, Conventions::One)), Conventions::One)
    }

    /// Its declaration in C.
    pub fn signature(&self) -> String {
        let parameters = c_parameters(self.parameters, Conventions::OfX86);
        match self.is_variable {
            true => self.returns.declaration(&self.symbol.to_string()),
            false => self.returns.declaration(&format!("{}{}({parameters})", self.abi.c_keyword(), self.symbol)),
        }
    }
}

impl ReleaseFunction {
    /// The names that a library may export it under, the plain one first.
    pub fn exported_names(&self) -> Vec<String> {
        self.abi.exported_names(self.symbol, NativeFunction::POINTER)
    }
}

impl CType {
    /// Whether this is a struct, by value.
    pub(crate) fn is_struct(self) -> bool {
        const SCALARS: [&str; 19] = [
            "void",
            "bool",
            "float",
            "double",
            "long double",
            "int8_t",
            "int16_t",
            "int32_t",
            "int64_t",
            "uint8_t",
            "uint16_t",
            "uint32_t",
            "uint64_t",
            "size_t",
            "ssize_t",
            "long",
            "unsigned long",
            "intptr_t",
            "uintptr_t",
        ];
        matches!(self, Self::Value(name) if !name.ends_with('*') && !SCALARS.contains(&name))
    }

    pub(crate) fn declaration(self, name: &str) -> String {
        self.declare(name, Conventions::OfX86)
    }

    fn declare(self, name: &str, conventions: Conventions) -> String {
        match self {
            Self::Value(c) => declare(c, name),
            // The elements are pointers, and constant.
            Self::ConstPointer(c) if c.ends_with('*') => declare(c, &format!("const *{name}")),
            Self::ConstPointer(c) => format!("const {c} *{name}"),
            Self::Pointer(c) => declare(c, &format!("*{name}")),
            Self::PointerPointer(c) => declare(c, &format!("**{name}")),
            Self::ConstPointerPointer(c) if c.ends_with('*') => declare(c, &format!("const **{name}")),
            Self::ConstPointerPointer(c) => format!("const {c} **{name}"),
            Self::ConstPointers(c) => format!("const {c} *const *{name}"),
            Self::ConstArray(c, lengths) if c.ends_with('*') => {
                declare(c, &format!("const {}", in_brackets(name, lengths)))
            }
            Self::ConstArray(c, lengths) => format!("const {c} {}", in_brackets(name, lengths)),
            Self::Array(c, lengths) => declare(c, &in_brackets(name, lengths)),
            Self::Function(FunctionPointer { abi, returns, parameters }) => {
                let keyword = if conventions == Conventions::OfX86 { abi.c_keyword() } else { "" };
                declare(returns, &format!("({keyword}*{name})({})", c_parameters(parameters, conventions)))
            }
        }
    }
}

fn rust_signature(name: &str, parameters: &[Parameter], returns: fn() -> String) -> String {
    let parameters: Vec<_> = parameters.iter().map(|p| format!("{}: {}", p.name, (p.shape)())).collect();
    let signature = format!("{name}({})", parameters.join(", "));
    match returns() {
        returns if returns == "()" => signature,
        returns => format!("{signature} -> {returns}"),
    }
}

/// The text of a callback's type.
pub fn callback(parameters: &[Parameter], returns: fn() -> String, is_optional: bool, is_registered: bool) -> String {
    let function = rust_signature(if is_registered { "registered fn" } else { "fn" }, parameters, returns);
    if is_optional { format!("Option<{function}>") } else { function }
}

/// A parameter list in C.
fn c_parameters(parameters: &[(CType, &str)], conventions: Conventions) -> String {
    let parameters: Vec<_> = parameters.iter().map(|(c, name)| c.declare(name, conventions)).collect();
    if parameters.is_empty() { "void".to_owned() } else { parameters.join(", ") }
}

/// `x[3][4]`.
fn in_brackets(name: &str, lengths: &[usize]) -> String {
    let lengths: String = lengths.iter().map(|length| format!("[{length}]")).collect();
    format!("{name}{lengths}")
}

impl Description {
    /// The signatures of all methods, in order.
    pub fn signatures(&self) -> Vec<String> {
        self.methods.iter().map(Method::signature).collect()
    }

    /// The hash of the interface's structure.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = Fnv::default();
        hash.add(self.name);
        if self.threads == Threads::Multi {
            hash.add("threads = multi");
        }
        for signature in self.signatures() {
            hash.add(&signature);
        }
        hash.0
    }

    /// The environment variable that can name the server's path.
    pub fn server_variable(&self) -> String {
        server_variable(self.server)
    }
}

/// The environment variable that can name the path of the server program `server`: `BRIDGE32_SERVER_` and the program's name
/// without `-server32`, in upper case, with an underscore for every other character. `cargo-bridge32` sets it and has the same
/// rule; the tests of both packages read `server_variables.txt`.
pub fn server_variable(server: &str) -> String {
    let name = server.strip_suffix("-server32").unwrap_or(server);
    let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("BRIDGE32_SERVER_{}", name.chars().map(upper).collect::<String>())
}

/// FNV-1a, 64 bits: the standard library's hashes may differ between its versions, and client and server may be built
/// by different ones. Source: RFC 9923.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// Adds a text and a terminator.
    fn add(&mut self, text: &str) {
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
impl Description {
    /// An interface with these methods, for tests.
    pub(crate) const fn example(methods: &'static [Method]) -> Self {
        Self {
            name: "I",
            server: "i-server32",
            version: "1.0.0",
            library: None,
            threads: Threads::Single,
            apartment: None,
            symbols: SymbolScope::Local,
            methods,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn method(name: &'static str, parameters: &'static [Parameter], target: Option<Target>) -> Method {
        Method { name, parameters, returns: value::<f64>, target, timeout: None, not_in_drop_in: None }
    }

    #[test]
    fn a_signature_tells_both_sides() {
        let native = NativeFunction {
            symbol: Symbol::Name("sum_doubles"),
            is_variable: false,
            library: None,
            releases: &[],
            abi: Abi::Stdcall,
            optional: false,
            stack_bytes: stack_bytes(&[4, 1]),
            returns: CType::Value("double"),
            parameters: &[(CType::ConstPointer("double"), "x"), (CType::Value("int32_t"), "n")],
            types: &[],
        };
        const PARAMETERS: &[Parameter] =
            &[Parameter { name: "x", shape: slice::<f64> }, Parameter { name: "n", shape: value::<i32> }];
        assert_eq!(
            method("sum", PARAMETERS, Some(Target::Native(native))).signature(),
            "sum(x: &[f64], n: i32) -> f64 = double __stdcall sum_doubles(const double *x, int32_t n)"
        );
        assert_eq!(method("now", &[], None).signature(), "now() -> f64");
        assert_eq!(CType::ConstPointer("const char *").declaration("names"), "const char *const *names");
        assert_eq!(CType::ConstPointer("void *").declaration("all"), "void *const *all");
        assert_eq!(CType::Pointer("void *").declaration("made"), "void **made");
        assert_eq!(CType::ConstPointerPointer("double").declaration("made"), "const double **made");
        assert_eq!(CType::ConstPointerPointer("const char *").declaration("made"), "const char *const **made");
        assert_eq!(CType::ConstArray("float", &[3, 4]).declaration("m"), "const float m[3][4]");
        assert_eq!(CType::ConstArray("const char *", &[2]).declaration("names"), "const char *const names[2]");
        assert_eq!(CType::Array("uint8_t", &[16]).declaration("guid"), "uint8_t guid[16]");
    }

    #[test]
    fn the_fingerprint_follows_the_structure() {
        static ONE: &[Method] = &[method("a", &[Parameter { name: "x", shape: value::<i32> }], None)];
        static OTHER: &[Method] = &[method("a", &[Parameter { name: "x", shape: value::<i64> }], None)];
        assert_eq!(Description::example(ONE).fingerprint(), Description::example(ONE).fingerprint());
        assert_ne!(Description::example(ONE).fingerprint(), Description::example(OTHER).fingerprint());
    }

    #[test]
    fn the_server_variable_is_made_of_the_server_name() {
        for line in include_str!("server_variables.txt").lines() {
            let (server, variable) = line.split_once(' ').unwrap();
            assert_eq!(server_variable(server), variable);
        }
    }
}
