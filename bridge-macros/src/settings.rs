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

/// How text is encoded in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Wide,
    Latin1,
    Ansi,
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

    pub(crate) fn parse(name: &LitStr) -> syn::Result<Self> {
        let value = name.value();
        let known = Self::NAMES.iter().find(|(known, _)| *known == value);
        known.map(|(_, abi)| *abi).ok_or_else(|| {
            let remedy = "write one of \"C\", \"system\", \"stdcall\", \"fastcall\", \"thiscall\", \"cdecl\"";
            syn::Error::new(name.span(), format_args!("`{value}` is not a calling convention; {remedy}"))
        })
    }

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

impl Encoding {
    /// The runtime's marker type.
    pub(crate) fn marker(self) -> Ident {
        names::runtime(match self {
            Self::Utf8 => "Utf8",
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
