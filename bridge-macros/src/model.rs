//! What an interface is, once it is parsed.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Block, LitStr, Token, Type, TypeParamBound, Visibility, punctuated::Punctuated};

use crate::names;
use crate::options::Options;

/// An annotated trait.
pub(crate) struct Interface {
    /// The trait's own attributes.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) supertraits: Punctuated<TypeParamBound, Token![+]>,
    pub(crate) options: Options,
    pub(crate) methods: Vec<Method>,
}

/// A method of an interface.
pub(crate) struct Method {
    /// What stands on the trait's method: docs, `cfg`, lints.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    /// In C's order, hidden ones included.
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) returns: Returns,
    pub(crate) body: Option<Block>,
    /// The native function behind it: it has no body, and the interface has a library.
    pub(crate) native: Option<Native>,
}

/// The native function behind a method.
pub(crate) struct Native {
    pub(crate) symbol: LitStr,
    pub(crate) abi: Abi,
    pub(crate) optional: bool,
}

/// A parameter of a method.
pub(crate) struct Parameter {
    pub(crate) mutability: Option<Token![mut]>,
    pub(crate) name: Ident,
    /// As written.
    pub(crate) ty: Type,
    pub(crate) kind: Kind,
}

/// How a parameter crosses.
pub(crate) enum Kind {
    /// `T`.
    Value,
    /// `&T`.
    Reference(Box<Type>),
    /// `&str`.
    Text,
    /// `Option<&str>`.
    OptionalText,
    /// `&[T]`.
    Slice(Box<Type>),
    /// `#[len_of(x, y)] n: T`: hidden from the caller.
    Length(Length),
}

/// A hidden length.
pub(crate) struct Length {
    /// The parameters whose length it is.
    pub(crate) of: Vec<Ident>,
    /// The integer.
    pub(crate) ty: Box<Type>,
    pub(crate) by_reference: bool,
}

/// What a method returns.
pub(crate) enum Returns {
    Nothing,
    /// `T`.
    Value(Box<Type>),
    /// `Vec<T>`.
    Vec {
        ty: Box<Type>,
        element: Box<Type>,
    },
    /// `Result<T, E>`.
    Result {
        ty: Box<Type>,
        ok: Box<Type>,
        error: Box<Type>,
    },
}

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

impl Interface {
    pub(crate) fn client(&self) -> Ident {
        names::client(&self.name)
    }

    pub(crate) fn library(&self) -> Ident {
        names::library(&self.name)
    }

    /// The file name of the server, without the system's suffix.
    pub(crate) fn server(&self) -> String {
        self.options.server.as_ref().map_or_else(|| names::server(&self.name), LitStr::value)
    }
}

impl Method {
    /// The `cfg` attributes, which everything generated for the method needs.
    pub(crate) fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
    }

    /// What the client's method takes over: everything that speaks to the reader or to the compiler's lints.
    pub(crate) fn client_attrs(&self) -> impl Iterator<Item = &Attribute> {
        let taken = ["cfg", "doc", "deprecated", "allow", "expect", "warn", "deny"];
        self.attrs.iter().filter(move |attr| taken.iter().any(|name| attr.path().is_ident(name)))
    }

    /// The type of a parameter, by way of the trait that it needs here.
    ///
    /// The compiler then reports a type without it once, at the type, and nothing that follows from it.
    pub(crate) fn checked(&self, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
        let is_native = self.native.is_some();
        match &parameter.kind {
            Kind::Length(length) => by_way_of(&length.ty, Needed::IsLength, krate),
            Kind::Slice(element) if is_native => by_way_of(element, Needed::Element, krate),
            Kind::Slice(element) => by_way_of(element, Needed::CrossInSlice, krate),
            Kind::Reference(ty) if is_native => by_way_of(ty, Needed::Native, krate),
            Kind::Reference(ty) => by_way_of(ty, Needed::Cross, krate),
            _ if is_native => by_way_of(&parameter.ty, Needed::Native, krate),
            _ => by_way_of(&parameter.ty, Needed::Cross, krate),
        }
    }

    /// The returned type, likewise: how it crosses, and the types in it that do.
    pub(crate) fn checked_return(&self, krate: &TokenStream) -> (&'static str, TokenStream) {
        let cross = |ty| by_way_of(ty, Needed::Cross, krate);
        match &self.returns {
            Returns::Nothing => ("value", quote!(())),
            Returns::Value(ty) if self.native.is_some() => ("value", by_way_of(ty, Needed::NativeReturn, krate)),
            Returns::Value(ty) => ("value", cross(ty)),
            Returns::Vec { element, .. } => ("vec", by_way_of(element, Needed::CrossInSlice, krate)),
            Returns::Result { ok, error, .. } => {
                let (ok, error) = (cross(ok), cross(error));
                ("result", quote!(#ok, #error))
            }
        }
    }

    /// The parameters that a caller passes.
    pub(crate) fn visible(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| !matches!(parameter.kind, Kind::Length(_)))
    }
}

/// `<T as Trait>::Value`, which is `T`, standing where `T` was written.
pub(crate) fn by_way_of(ty: &Type, needed: Needed, krate: &TokenStream) -> TokenStream {
    let span = ty.span();
    let needed = match needed {
        Needed::Cross => quote_spanned!(span=> Cross<_>),
        Needed::CrossInSlice => quote_spanned!(span=> CrossInSlice<_>),
        Needed::Native => quote_spanned!(span=> Native),
        Needed::NativeReturn => quote_spanned!(span=> NativeReturn),
        Needed::Element => quote_spanned!(span=> Element),
        Needed::IsLength => quote_spanned!(span=> IsLength),
    };
    quote_spanned!(span=> <#ty as #krate::__private::#needed>::Value)
}

/// The traits of the runtime that say whether a type may stand where it stands.
#[derive(Clone, Copy)]
pub(crate) enum Needed {
    Cross,
    CrossInSlice,
    Native,
    NativeReturn,
    Element,
    IsLength,
}

impl Returns {
    /// The type in the trait.
    pub(crate) fn ty(&self) -> TokenStream {
        match self {
            Self::Nothing => quote!(()),
            Self::Value(ty) | Self::Vec { ty, .. } | Self::Result { ty, .. } => quote!(#ty),
        }
    }
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
            let message = "no calling convention; write one of \"C\", \"system\", \"stdcall\", \"fastcall\", \"thiscall\", \"cdecl\"";
            syn::Error::new(name.span(), format_args!("`{value}` is {message}"))
        })
    }

    /// As Rust writes it after `extern`.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, abi)| *abi == self).map_or("C", |(name, _)| name)
    }

    /// Whether Rust knows it on 32-bit x86 only; elsewhere it means C's.
    pub(crate) fn is_x86_only(self) -> bool {
        matches!(self, Self::Stdcall | Self::Fastcall | Self::Thiscall)
    }

    /// The runtime's variant.
    pub(crate) fn variant(self) -> Ident {
        let name = match self {
            Self::C => "C",
            Self::System => "System",
            Self::Stdcall => "Stdcall",
            Self::Fastcall => "Fastcall",
            Self::Thiscall => "Thiscall",
            Self::Cdecl => "Cdecl",
        };
        names::local(name)
    }
}
