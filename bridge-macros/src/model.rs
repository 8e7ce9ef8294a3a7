//! What an interface is, once it is parsed.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Block, Expr, LitInt, LitStr, Token, Type, TypeParamBound, Visibility, punctuated::Punctuated};

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
    pub(crate) signature: Signature,
    pub(crate) body: Option<Block>,
    /// What it stands for: it has no body, and the interface has a library.
    pub(crate) target: Option<Target>,
    /// Its own deadline.
    pub(crate) timeout: Option<Duration>,
}

/// What a method, or a callback, takes and gives.
pub(crate) struct Signature {
    /// In C's order, hidden ones included.
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) returns: Returns,
    pub(crate) beyond: Callee,
}

/// What is behind a signature in the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callee {
    /// Rust: a body, or a server type of the user's.
    Rust,
    /// A function of the library.
    Function,
    /// A method of the assembly.
    Managed,
    /// The library, which calls back.
    Caller,
}

/// What a method without a body stands for.
pub(crate) enum Target {
    Native(Box<Native>),
    Managed(Managed),
}

/// The method of a .NET class behind a method.
pub(crate) struct Managed {
    /// Its class, unless that is the one of the object that it is called on or makes.
    pub(crate) class: Option<LitStr>,
    pub(crate) name: LitStr,
    pub(crate) form: Form,
    pub(crate) optional: bool,
}

/// How a managed method is called.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// By itself.
    Plain,
    /// It makes an object: `#[constructor]`.
    Constructor(Ident),
    /// It is none, and lets go of an object: `#[release]`.
    Release(Ident),
}

/// The native function, or variable, behind a method.
pub(crate) struct Native {
    pub(crate) symbol: Symbol,
    pub(crate) abi: Abi,
    pub(crate) optional: bool,
    /// The condition over `ret` under which it succeeded.
    pub(crate) check: Option<Expr>,
    /// What is asked for a reason when it did not.
    pub(crate) os_error: Option<OsError>,
    /// What takes back the returned pointer.
    pub(crate) free_with: Option<LitStr>,
    /// The number of elements at the returned pointer.
    pub(crate) returned_length: Option<Expr>,
    /// The encoding of returned text.
    pub(crate) encoding: Encoding,
    /// Whether it is a variable.
    pub(crate) is_variable: bool,
}

/// What a library exports it as.
pub(crate) enum Symbol {
    Name(LitStr),
    Ordinal(LitInt),
}

/// Where a failed function leaves its reason.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OsError {
    /// `GetLastError`.
    Last,
    /// `errno`.
    Errno,
}

/// How text stands in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Wide,
    Latin1,
    Ansi,
}

/// A parameter of a method.
pub(crate) struct Parameter {
    pub(crate) mutability: Option<Token![mut]>,
    pub(crate) name: Ident,
    /// As written.
    pub(crate) ty: Type,
    pub(crate) kind: Kind,
    /// `#[closes]`, where it stands: the function ends the handle.
    pub(crate) closes: Option<Ident>,
    /// Whether it is the object that a managed method is called on: `#[this]`.
    pub(crate) this: Option<Ident>,
}

/// How a parameter crosses.
pub(crate) enum Kind {
    /// `T`.
    Value,
    /// A pointer to one value: `&T`, `&mut T`, `#[out] T`.
    Pointer(Box<Type>, Passing),
    /// A pointer to elements: `&[T]`, `&mut [T]`.
    Array(Box<Type>, Passing),
    /// `&str`, `Option<&str>`.
    Text { is_optional: bool, encoding: Encoding },
    /// `&CStr`, `Option<&CStr>`: bytes as they are.
    CStr { is_optional: bool },
    /// `#[out(…)] Vec<T>`.
    ArrayBuffer(Box<Type>, Buffer),
    /// `#[out(…)] String`.
    TextBuffer(Encoding, Buffer),
    /// `#[len_of(x, y)] n: T`: hidden from the caller.
    Length(Length),
    /// `fn(…) -> T`, `Option<fn(…) -> T>`.
    Callback(Box<Callback>),
    /// `UserData`, hidden from the caller: the callbacks whose context it is.
    UserData(Vec<Ident>),
}

/// A function pointer that the library calls back.
pub(crate) struct Callback {
    pub(crate) signature: Signature,
    pub(crate) abi: Abi,
    /// Whether it may be null.
    pub(crate) is_optional: bool,
    /// Whether the library keeps it.
    pub(crate) is_registered: bool,
}

/// Which way what a pointer points to goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    In,
    InOut,
    Out,
}

/// A buffer that the library writes to.
pub(crate) struct Buffer {
    /// In elements; a callback's own length may tell it instead.
    pub(crate) capacity: Option<Expr>,
    /// The parameter, or `ret`, that holds how much was written.
    pub(crate) length: Option<Ident>,
}

/// A hidden length.
pub(crate) struct Length {
    /// The parameters whose length it is.
    pub(crate) of: Vec<Ident>,
    /// The integer.
    pub(crate) ty: Box<Type>,
    /// By value, or by reference.
    pub(crate) passing: Option<Passing>,
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

/// One of the values that a method gives back, and how it crosses.
pub(crate) struct Part {
    /// What takes it out of a message: `value`, `vec` or `result`.
    pub(crate) take: &'static str,
    /// What puts it into one.
    pub(crate) put: &'static str,
    /// The types in it, by way of the trait that they need.
    pub(crate) checked: TokenStream,
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

impl Callback {
    /// The closure's type in Rust, as a bound.
    pub(crate) fn closure(&self) -> TokenStream {
        let types = self.signature.visible().map(|parameter| &parameter.ty);
        let returns = self.signature.returned_type(&TokenStream::new()).map(|ty| quote!(-> #ty));
        quote!(::core::ops::FnMut(#(#types),*) #returns)
    }
}

impl Interface {
    pub(crate) fn client(&self) -> Ident {
        names::client(&self.name)
    }

    pub(crate) fn batch(&self) -> Ident {
        names::batch(&self.name)
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

    /// What generated functions take over that are not shown to anybody.
    pub(crate) fn shared_attrs(&self) -> impl Iterator<Item = &Attribute> {
        self.client_attrs().filter(|attr| !attr.path().is_ident("doc") && !attr.path().is_ident("deprecated"))
    }

    /// Whether it takes closures.
    pub(crate) fn has_callbacks(&self) -> bool {
        self.signature.callbacks().next().is_some()
    }

    /// The native function behind it, if that is one.
    pub(crate) fn native(&self) -> Option<&Native> {
        match &self.target {
            Some(Target::Native(native)) => Some(native),
            _ => None,
        }
    }
}

impl Signature {
    /// The type of a parameter, or of what it points to, by way of the trait that it needs here.
    ///
    /// The compiler then reports a type without it once, at the type, and nothing that follows from it.
    pub(crate) fn checked(&self, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
        let (ty, bridged) = match &parameter.kind {
            Kind::Length(length) => return projected_type(&length.ty, RequiredTrait::IsLength, krate),
            Kind::UserData(_) => return projected_type(&parameter.ty, RequiredTrait::IsUserData, krate),
            // A callback has the types in it.
            Kind::Callback(_) | Kind::CStr { .. } => return quote!(()),
            Kind::Array(element, _) | Kind::ArrayBuffer(element, _) => (&**element, RequiredTrait::CrossInSlice),
            Kind::Pointer(ty, _) => (&**ty, RequiredTrait::Cross),
            Kind::Value | Kind::Text { .. } | Kind::TextBuffer(..) => (&parameter.ty, RequiredTrait::Cross),
        };
        let needed = match (self.beyond, bridged) {
            (Callee::Rust, bridged) => bridged,
            (Callee::Function | Callee::Caller, _) => RequiredTrait::Native,
            (Callee::Managed, RequiredTrait::CrossInSlice) => RequiredTrait::Element,
            (Callee::Managed, _) => RequiredTrait::Managed,
        };
        projected_type(ty, needed, krate)
    }

    /// The type of a parameter with `#[closes]`, likewise.
    pub(crate) fn checked_handle(parameter: &Parameter, krate: &TokenStream) -> TokenStream {
        let ty = match &parameter.kind {
            Kind::Pointer(ty, _) => ty,
            _ => &parameter.ty,
        };
        projected_type(ty, RequiredTrait::Closes, krate)
    }

    /// The returned type, likewise: how it crosses, and the types in it that do.
    pub(crate) fn checked_return(&self, krate: &TokenStream) -> (&'static str, TokenStream) {
        let cross = |ty| projected_type(ty, RequiredTrait::Cross, krate);
        let (value, element_of) = match self.beyond {
            Callee::Rust => (RequiredTrait::Cross, RequiredTrait::CrossInSlice),
            Callee::Function => (RequiredTrait::NativeReturn, RequiredTrait::Native),
            Callee::Caller => (RequiredTrait::Native, RequiredTrait::Native),
            Callee::Managed => (RequiredTrait::Managed, RequiredTrait::Element),
        };
        match &self.returns {
            Returns::Nothing => ("value", quote!(())),
            Returns::Value(ty) => ("value", projected_type(ty, value, krate)),
            Returns::Vec { element, .. } => ("vec", projected_type(element, element_of, krate)),
            Returns::Result { ok, error, .. } => {
                let (ok, error) = (cross(ok), cross(error));
                ("result", quote!(#ok, #error))
            }
        }
    }

    /// What comes back: what is returned, unless that is nothing, and what comes out of the parameters.
    pub(crate) fn parts(&self, krate: &TokenStream) -> Vec<Part> {
        let mut parts = Vec::new();
        if !matches!(self.returns, Returns::Nothing) {
            let (take, checked) = self.checked_return(krate);
            let put = if take == "vec" { "borrowed_slice" } else { take };
            parts.push(Part { take, put, checked });
        }
        for parameter in self.outs() {
            let ty = &parameter.ty;
            let (take, put, checked) = match &parameter.kind {
                Kind::ArrayBuffer(..) if self.beyond == Callee::Function => {
                    ("vec", "output_array", self.checked(parameter, krate))
                }
                Kind::ArrayBuffer(..) => ("vec", "borrowed_slice", self.checked(parameter, krate)),
                Kind::TextBuffer(..) => ("value", "value", quote!(#ty)),
                _ => ("value", "value", self.checked(parameter, krate)),
            };
            parts.push(Part { take, put, checked });
        }
        parts
    }

    /// Whether a native function is passed arrays: pointers to where they are, rather than slices.
    pub(crate) fn passes_arrays(&self) -> bool {
        let is_array = |parameter: &Parameter| matches!(parameter.kind, Kind::Array(..) | Kind::ArrayBuffer(..));
        self.beyond == Callee::Function && self.parameters.iter().any(is_array)
    }

    /// What is returned in Rust; `None` for nothing.
    pub(crate) fn returned_type(&self, krate: &TokenStream) -> Option<TokenStream> {
        let types = self.returned_types(|parameter| parameter.ty.to_token_stream(), krate);
        (!types.is_empty()).then(|| joined(&types))
    }

    /// Likewise, where what comes out of a parameter has the type that `out` says.
    pub(crate) fn returned_types(
        &self,
        out: impl Fn(&Parameter) -> TokenStream,
        krate: &TokenStream,
    ) -> Vec<TokenStream> {
        let own = (!matches!(self.returns, Returns::Nothing)).then(|| self.returns.ty());
        let registrations = self.registered().map(|_| quote!(#krate::Registration));
        own.into_iter().chain(self.outs().map(out)).chain(registrations).collect()
    }

    /// What a client's call gives: a value, or an error.
    pub(crate) fn answer(&self, krate: &TokenStream) -> (TokenStream, TokenStream) {
        match &self.returns {
            Returns::Result { ok, error, .. } => (quote!(#ok), quote!(#krate::CallError<#error>)),
            _ => (self.returned_type(krate).unwrap_or_else(|| quote!(())), quote!(#krate::Error)),
        }
    }

    /// The callbacks.
    pub(crate) fn callbacks(&self) -> impl Iterator<Item = (&Parameter, &Callback)> {
        self.parameters.iter().filter_map(|parameter| match &parameter.kind {
            Kind::Callback(callback) => Some((parameter, &**callback)),
            _ => None,
        })
    }

    /// The callbacks that the library keeps.
    pub(crate) fn registered(&self) -> impl Iterator<Item = (&Parameter, &Callback)> {
        self.callbacks().filter(|(_, callback)| callback.is_registered)
    }

    /// The callbacks for the time of the call; a callback's number is its place here.
    pub(crate) fn called(&self) -> impl Iterator<Item = (&Parameter, &Callback)> {
        self.callbacks().filter(|(_, callback)| !callback.is_registered)
    }

    /// The parameters that a caller passes.
    pub(crate) fn visible(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| !parameter.is_hidden())
    }

    /// The parameters that come back as parts of what the method returns.
    pub(crate) fn outs(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.is_out())
    }

    /// The parameters that the function ends.
    pub(crate) fn closed(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.closes.is_some())
    }

    /// The arrays that a caller passes to be read: a message may refer to them until it is sent.
    pub(crate) fn lent(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| matches!(parameter.kind, Kind::Array(_, Passing::In)))
    }

    /// The parameters that a caller passes to be changed.
    pub(crate) fn in_outs(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.is_in_out())
    }
}

impl Parameter {
    /// Whether it comes back as a part of what the method returns.
    pub(crate) fn is_out(&self) -> bool {
        matches!(self.kind, Kind::Pointer(_, Passing::Out) | Kind::ArrayBuffer(..) | Kind::TextBuffer(..))
    }

    /// Whether a caller passes it to be changed.
    pub(crate) fn is_in_out(&self) -> bool {
        matches!(self.kind, Kind::Pointer(_, Passing::InOut) | Kind::Array(_, Passing::InOut))
    }

    /// Whether a caller does not pass it.
    pub(crate) fn is_hidden(&self) -> bool {
        self.is_out() || matches!(self.kind, Kind::Length(_) | Kind::UserData(_))
    }
}

/// Parts as one type, or one value: none is `()`, one is itself, several are a tuple.
pub(crate) fn joined(parts: &[TokenStream]) -> TokenStream {
    match parts {
        [part] => part.clone(),
        parts => quote!((#(#parts),*)),
    }
}

impl Encoding {
    /// The runtime's type.
    pub(crate) fn name(self) -> Ident {
        names::local(match self {
            Self::Utf8 => "Utf8",
            Self::Wide => "Wide",
            Self::Latin1 => "Latin1",
            Self::Ansi => "Ansi",
        })
    }
}

/// `<T as Trait>::Value`, which is `T`, standing where `T` was written.
pub(crate) fn projected_type(ty: &Type, needed: RequiredTrait, krate: &TokenStream) -> TokenStream {
    let span = ty.span();
    let needed = match needed {
        RequiredTrait::Cross => quote_spanned!(span=> Cross<_>),
        RequiredTrait::CrossInSlice => quote_spanned!(span=> CrossInSlice<_>),
        RequiredTrait::Native => quote_spanned!(span=> Native),
        RequiredTrait::NativeReturn => quote_spanned!(span=> NativeReturn),
        RequiredTrait::IsLength => quote_spanned!(span=> IsLength),
        RequiredTrait::IsUserData => quote_spanned!(span=> IsUserData),
        RequiredTrait::Closes => quote_spanned!(span=> Closes),
        RequiredTrait::Managed => quote_spanned!(span=> dotnet::Managed),
        RequiredTrait::Element => quote_spanned!(span=> dotnet::Element),
    };
    quote_spanned!(span=> <#ty as #krate::__private::#needed>::Value)
}

/// The traits of the runtime that say whether a type may stand where it stands.
#[derive(Clone, Copy)]
pub(crate) enum RequiredTrait {
    Cross,
    CrossInSlice,
    Native,
    NativeReturn,
    IsLength,
    IsUserData,
    Closes,
    Managed,
    Element,
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
        matches!(self, Self::Stdcall | Self::Fastcall | Self::Thiscall | Self::Cdecl)
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
