//! Choices that options, attributes and the model have in common: calling conventions, text encodings, threads.

use proc_macro2::Ident;
use syn::LitStr;

use crate::names;

/// A calling convention.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Abi {
    C,
    System,
    Stdcall,
    Fastcall,
    Thiscall,
    Cdecl,
}

/// A family of compilers. They return structs in different ways on 32-bit Windows, and in the same way elsewhere.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Compiler {
    #[default]
    Msvc,
    Gnu,
}

/// The values of `#[abi(…)]` or of the option `abi`: a calling convention, a compiler, or both.
#[derive(Clone, Copy, Default)]
pub(crate) struct AbiNames {
    pub(crate) convention: Option<Abi>,
    pub(crate) compiler: Option<Compiler>,
}

/// How text is encoded in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16,
    Wide,
    Latin1,
    Ansi,
}

/// How text is in memory, or a list of texts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextFormat {
    pub(crate) encoding: Encoding,
    /// `#[multi]`: one text after the other, each with its NUL, and another NUL at the end.
    pub(crate) is_multi: bool,
}

/// Where a failed function leaves its error number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OsError {
    /// `GetLastError`.
    Last,
    /// `errno`.
    Errno,
}

/// Which threads of the server run the methods.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Threads {
    /// The main thread, one call at a time.
    #[default]
    Single,
    /// One thread per connection.
    Multi,
}

/// Which libraries see the symbols of an interface's library.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum SymbolScope {
    /// Those that are linked to it.
    #[default]
    Local,
    /// All that are loaded after it.
    Global,
}

/// The COM apartment of a Windows server's main thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Apartment {
    Sta,
    Mta,
}

impl Abi {
    const NAMES: [(&str, Self); 6] = [
        ("C", Self::C),
        ("system", Self::System),
        ("stdcall", Self::Stdcall),
        ("fastcall", Self::Fastcall),
        ("thiscall", Self::Thiscall),
        ("cdecl", Self::Cdecl),
    ];

    /// The string after Rust's `extern`.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, abi)| *abi == self).map_or("C", |(name, _)| name)
    }

    /// Whether Rust supports it on 32-bit x86 only. On other targets it means C's convention.
    pub(crate) fn is_x86_only(self) -> bool {
        matches!(self, Self::Stdcall | Self::Fastcall | Self::Thiscall | Self::Cdecl)
    }

    /// The variant of the runtime's `Abi`.
    pub(crate) fn variant(self) -> Ident {
        names::runtime(match self {
            Self::C => "C",
            Self::System => "System",
            Self::Stdcall => "Stdcall",
            Self::Fastcall => "Fastcall",
            Self::Thiscall => "Thiscall",
            Self::Cdecl => "Cdecl",
        })
    }
}

impl AbiNames {
    pub(crate) fn parse(names: &[LitStr]) -> syn::Result<Self> {
        let mut parsed = Self::default();
        for name in names {
            let value = name.value();
            let convention = Abi::NAMES.iter().find(|(known, _)| *known == value).map(|(_, abi)| *abi);
            let compiler = match value.as_str() {
                "msvc" => Some(Compiler::Msvc),
                "gnu" => Some(Compiler::Gnu),
                _ => None,
            };
            if convention.is_none() && compiler.is_none() {
                let remedy = "write one of \"C\", \"system\", \"stdcall\", \"fastcall\", \"thiscall\", \"cdecl\", or \"msvc\" or \"gnu\" for the compiler";
                let message = format!("`{value}` is not a calling convention; {remedy}");
                return Err(syn::Error::new(name.span(), message));
            }
            let is_second = (convention.is_some() && parsed.convention.is_some())
                || (compiler.is_some() && parsed.compiler.is_some());
            if is_second {
                let message =
                    format!("`{value}` contradicts the name before it; write one convention and one compiler");
                return Err(syn::Error::new(name.span(), message));
            }
            parsed = Self { convention: convention.or(parsed.convention), compiler: compiler.or(parsed.compiler) };
        }
        Ok(parsed)
    }

    /// These names, and `others` for what they do not say.
    pub(crate) fn or(self, others: Self) -> Self {
        Self { convention: self.convention.or(others.convention), compiler: self.compiler.or(others.compiler) }
    }

    pub(crate) fn convention(self) -> Abi {
        self.convention.unwrap_or(Abi::C)
    }

    pub(crate) fn compiler(self) -> Compiler {
        self.compiler.unwrap_or_default()
    }
}

impl Encoding {
    /// The runtime's marker type.
    pub(crate) fn marker(self) -> Ident {
        names::runtime(match self {
            Self::Utf8 => "Utf8",
            Self::Utf16 => "Utf16",
            Self::Wide => "Wide",
            Self::Latin1 => "Latin1",
            Self::Ansi => "Ansi",
        })
    }
}

impl Threads {
    pub(crate) fn parse(text: &LitStr) -> syn::Result<Self> {
        match text.value().as_str() {
            "single" => Ok(Self::Single),
            "multi" => Ok(Self::Multi),
            other => {
                let message = format!("`{other}` is not a threading model; write \"single\" or \"multi\"");
                Err(syn::Error::new(text.span(), message))
            }
        }
    }

    /// The variant of the runtime's `Threads`.
    pub(crate) fn variant(self) -> Ident {
        names::runtime(match self {
            Self::Single => "Single",
            Self::Multi => "Multi",
        })
    }
}

impl SymbolScope {
    pub(crate) fn parse(text: &LitStr) -> syn::Result<Self> {
        match text.value().as_str() {
            "local" => Ok(Self::Local),
            "global" => Ok(Self::Global),
            other => {
                let message =
                    format!("`{other}` does not say who sees the library's symbols; write \"local\" or \"global\"");
                Err(syn::Error::new(text.span(), message))
            }
        }
    }

    /// The variant of the runtime's `SymbolScope`.
    pub(crate) fn variant(self) -> Ident {
        names::runtime(match self {
            Self::Local => "Local",
            Self::Global => "Global",
        })
    }
}

impl Apartment {
    pub(crate) fn parse(text: &LitStr) -> syn::Result<Self> {
        match text.value().as_str() {
            "sta" => Ok(Self::Sta),
            "mta" => Ok(Self::Mta),
            other => {
                let message = format!("`{other}` is not a COM apartment; write \"sta\" or \"mta\"");
                Err(syn::Error::new(text.span(), message))
            }
        }
    }

    /// The variant of the runtime's `Apartment`.
    pub(crate) fn variant(self) -> Ident {
        names::runtime(match self {
            Self::Sta => "Sta",
            Self::Mta => "Mta",
        })
    }
}
