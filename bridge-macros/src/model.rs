//! The parsed interface.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{
    Attribute, Block, Expr, LitInt, LitStr, Token, Type, TypeArray, TypeParamBound, Visibility, punctuated::Punctuated,
};

use crate::options::Options;
use crate::settings::{Abi, Compiler, Encoding, OsError, TextFormat};
use crate::{names, syntax};

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
#[derive(Clone)]
pub(crate) struct Method {
    /// The attributes that stay on the trait's method: docs, `cfg`, lints.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) signature: Signature,
    pub(crate) body: Option<Block>,
    /// The function or managed method that it calls; `None` for a method with a body, or of an interface without a library.
    pub(crate) target: Option<Target>,
    /// The value of `#[timeout("…")]`.
    pub(crate) timeout: Option<Duration>,
}

/// The parameters and the return type of a method or a callback.
#[derive(Clone)]
pub(crate) struct Signature {
    /// In C's order, including those that the caller does not pass.
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) returns: Returns,
    pub(crate) callee: Callee,
    /// Whether it returns a `Callback`: the addresses in `returns`, and the registration of its closure.
    pub(crate) makes_callback: bool,
}

/// What a call reaches in the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callee {
    /// Rust code: a method body, or the user's implementation of the trait.
    Rust,
    /// A function of the native library.
    Function,
    /// A method of a .NET assembly.
    Managed,
    /// A closure of the client, which the native library calls.
    Closure,
}

/// What a method without a body calls.
#[derive(Clone)]
pub(crate) enum Target {
    Native(Box<Native>),
    Managed(Managed),
    /// Nothing: it makes a C function of a closure. `#[callback]`.
    Callback,
}

/// A method of a .NET class.
#[derive(Clone)]
pub(crate) struct Managed {
    /// Its class, unless that is the class of the object that it is called on or creates.
    pub(crate) class: Option<LitStr>,
    pub(crate) name: LitStr,
    pub(crate) form: Form,
    pub(crate) optional: bool,
}

/// What a managed method does with its class.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// Calls a static or instance method.
    Plain,
    /// Reads a static or instance field or property: `#[get]`.
    Get(Ident),
    /// Writes a static or instance field or property: `#[set]`.
    Set(Ident),
    /// Makes an object: `#[constructor]`.
    Constructor(Ident),
    /// Releases an object: `#[release]`.
    Release(Ident),
}

/// A native function or variable.
#[derive(Clone)]
pub(crate) struct Native {
    pub(crate) symbol: Symbol,
    /// The library that has it, if that is not the interface's.
    pub(crate) library: Option<LitStr>,
    pub(crate) abi: Abi,
    /// The compiler whose way of returning structs it has.
    pub(crate) compiler: Compiler,
    pub(crate) optional: bool,
    /// The success condition.
    pub(crate) check: Option<Expr>,
    /// What the library says about a failure.
    pub(crate) check_text: Option<Expr>,
    /// Where to read the error number after a failed check.
    pub(crate) os_error: Option<OsError>,
    /// What a drop-in library returns if the bridge fails.
    pub(crate) on_error: Option<Expr>,
    /// What is at the returned pointer, if it returns one.
    pub(crate) returned: LibraryPointer,
    pub(crate) is_variable: bool,
}

/// A pointer to memory of the library's that comes out of a call. Its target is copied.
#[derive(Clone)]
pub(crate) struct LibraryPointer {
    /// The type of the elements, if a parameter is to be a `Vec`.
    pub(crate) element: Option<Box<Type>>,
    /// The number of elements, if it is to be an array.
    pub(crate) length: Option<PointerLength>,
    /// How text is in the memory.
    pub(crate) format: TextFormat,
    /// The function that gets the pointer back after its target was copied.
    pub(crate) free_with: Option<Release>,
    /// Whether C has it as a pointer to `const`.
    pub(crate) is_const: bool,
}

/// The number of elements at a pointer of the library's.
#[derive(Clone)]
pub(crate) enum PointerLength {
    Elements(Expr),
    /// `until_null`: the last element is followed by one whose bytes are zero.
    UntilNull(Ident),
}

/// The function that frees a pointer of the library's.
#[derive(Clone)]
pub(crate) struct Release {
    /// `None` for the library of the method.
    pub(crate) library: Option<LitStr>,
    pub(crate) function: LitStr,
    pub(crate) abi: Abi,
}

/// Where a function is found.
#[derive(Clone)]
pub(crate) enum Symbol {
    /// The library exports it under this name.
    Name(LitStr),
    /// The library exports it under this number.
    Ordinal(LitInt),
    /// At the address that this expression has at each call.
    Address(Expr),
    /// At this place of the table of functions that the first argument points to.
    Entry(LitInt),
}

/// A parameter of a method or a callback.
#[derive(Clone)]
pub(crate) struct Parameter {
    pub(crate) mutability: Option<Token![mut]>,
    pub(crate) name: Ident,
    /// The type as written.
    pub(crate) ty: Type,
    pub(crate) kind: Kind,
    /// Whether it is an `Option` that is passed as a null pointer if it is `None`.
    pub(crate) is_nullable: bool,
    /// The value of `#[len(…)]`: the number of elements that the slice must have, or `until_null` for one that a closure is passed.
    pub(crate) elements: Option<Expr>,
    /// The value of `#[fixed(…)]`, which the caller does not pass.
    pub(crate) fixed: Option<Expr>,
    /// `#[closes]`, if present: the function frees the handle.
    pub(crate) closes: Option<Closes>,
    /// `#[this]`, if present: the managed method is called on this object.
    pub(crate) this: Option<Ident>,
}

/// `#[closes]`, `#[closes(condition)]`.
#[derive(Clone)]
pub(crate) struct Closes {
    /// The attribute's name as written.
    pub(crate) attribute: Ident,
    /// Whether this call has closed the handle; without it, it has unless the method's check fails.
    pub(crate) condition: Option<Expr>,
}

/// How a parameter is passed.
#[derive(Clone)]
pub(crate) enum Kind {
    /// `T`.
    Value,
    /// A pointer to one value: `&T`, `&mut T`, `Option<&T>`, `Option<&mut T>`, `#[out] T`. The value may be an array `[T; N]`.
    Pointer(Box<Type>, Passing),
    /// A pointer to elements: `&[T]`, `&mut [T]`, `Option<&[T]>`, `Option<&mut [T]>`.
    Array(Box<Type>, Passing),
    /// `&str`, `Option<&str>`.
    Text(Encoding),
    /// `&CStr`, `Option<&CStr>`: bytes without conversion.
    CStr,
    /// `#[out(…)] Vec<T>`.
    ArrayBuffer(Box<Type>, Buffer),
    /// `&[&str]`.
    TextList(TextFormat),
    /// `#[out(…)] String`, `#[multi] #[out(…)] Vec<String>`.
    TextBuffer(TextFormat, Buffer),
    /// `#[out(pointer)] T`: a pointer that the library stores.
    LibraryPointer(Box<LibraryPointer>),
    /// `#[len_of(x, y)] n: T`, `#[bytes_of(x, y)] n: T`, which the caller does not pass.
    Length(Length),
    /// `fn(…) -> T`, `Option<fn(…) -> T>`.
    Callback(Box<Callback>),
    /// `UserData`, which the caller does not pass: the callbacks whose context it is.
    UserData(Vec<Ident>),
}

/// A function pointer that the library calls.
#[derive(Clone)]
pub(crate) struct Callback {
    pub(crate) signature: Signature,
    pub(crate) abi: Abi,
    /// The compiler whose way of returning structs it has.
    pub(crate) compiler: Compiler,
    /// Whether it may be null.
    pub(crate) is_optional: bool,
    /// Whether the library keeps it after the call.
    pub(crate) is_registered: bool,
    /// The value of `#[on_error(…)]`: what the library gets if the closure fails.
    pub(crate) on_error: Option<Expr>,
}

/// The direction in which the target of a pointer is copied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    In,
    InOut,
    Out,
}

/// A buffer that the library fills.
#[derive(Clone)]
pub(crate) struct Buffer {
    /// In elements; `None` in a callback whose length parameter holds it.
    pub(crate) capacity: Option<Expr>,
    /// The number of elements written, if that is not known from a length parameter.
    pub(crate) length: Option<Expr>,
    /// Whether `len` alone gives both, so that the library fills the buffer unless it changes what `len` uses.
    pub(crate) is_exact: bool,
}

/// A length parameter, which the caller does not pass.
#[derive(Clone)]
pub(crate) struct Length {
    /// The parameters whose length it is.
    pub(crate) of: Vec<Ident>,
    /// Whether it counts bytes instead of elements.
    pub(crate) in_bytes: bool,
    /// The integer type.
    pub(crate) ty: Box<Type>,
    /// `None` if it is passed by value. `Out` only in the C function of a managed method, which returns arrays with their lengths.
    pub(crate) passing: Option<Passing>,
}

/// A return type.
#[derive(Clone)]
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

/// One of the values that a method returns, and how it is encoded.
pub(crate) struct Part {
    /// The decoder's method: `value`, `vec` or `result`.
    decode: &'static str,
    /// The encoder's method.
    encode: &'static str,
    /// The generic arguments of both, as projected types.
    checked: TokenStream,
    /// The form in messages, if it is an array `[T; N]`.
    form: Option<ArrayForm>,
}

/// An array `[T; N]` of a signature, which is no type of serde's, and not a type of C's by itself. Everything is at the position of
/// its elements, as [`projected_type`] says.
pub(crate) struct ArrayForm {
    /// The path of the runtime's items.
    native: TokenStream,
    /// The runtime's type for the form.
    marker: TokenStream,
    span: Span,
}

/// The traits of the runtime that a type must implement to be used in a signature.
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

    /// The `cfg` attributes for an item that is absent if a method has this name. `None` if a method always has it.
    pub(crate) fn unless_declared(&self, name: &str) -> Option<Vec<TokenStream>> {
        let declared = self.methods.iter().filter(|method| names::text(&method.name) == name);
        let absent = declared.map(|method| {
            let conditions = method.cfgs().filter_map(|attr| Some(&attr.meta.require_list().ok()?.tokens));
            let conditions: Vec<_> = conditions.collect();
            (!conditions.is_empty()).then(|| quote!(#[cfg(not(all(#(#conditions),*)))]))
        });
        absent.collect()
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

    /// The attributes that the client's method gets, too.
    pub(crate) fn client_attrs(&self) -> impl Iterator<Item = &Attribute> {
        let copied = ["cfg", "doc", "deprecated", "allow", "expect", "warn", "deny"];
        self.attrs.iter().filter(move |attr| copied.iter().any(|name| attr.path().is_ident(name)))
    }

    /// The attributes that private generated functions get.
    pub(crate) fn private_attrs(&self) -> impl Iterator<Item = &Attribute> {
        self.client_attrs().filter(|attr| !attr.path().is_ident("doc") && !attr.path().is_ident("deprecated"))
    }

    pub(crate) fn has_callbacks(&self) -> bool {
        self.signature.callbacks().next().is_some()
    }

    /// The native function that it calls, if it calls one.
    pub(crate) fn native(&self) -> Option<&Native> {
        match &self.target {
            Some(Target::Native(native)) => Some(native),
            _ => None,
        }
    }
}

impl Target {
    /// What a call of a method with this target reaches.
    pub(crate) fn callee(target: Option<&Self>) -> Callee {
        match target {
            None | Some(Self::Callback) => Callee::Rust,
            Some(Self::Native(_)) => Callee::Function,
            Some(Self::Managed(_)) => Callee::Managed,
        }
    }
}

impl LibraryPointer {
    /// A pointer to `const` that nobody frees: to text in UTF-8, or to what the type of the value says.
    pub(crate) fn utf8() -> Self {
        let format = TextFormat { encoding: Encoding::Utf8, is_multi: false };
        Self { element: None, length: None, format, free_with: None, is_const: true }
    }

    /// The expression for the number of elements.
    pub(crate) fn elements(&self) -> Option<&Expr> {
        match &self.length {
            Some(PointerLength::Elements(elements)) => Some(elements),
            _ => None,
        }
    }
}

impl Native {
    /// The function that the interface's library exports under a name, without anything special.
    pub(crate) fn named(symbol: LitStr) -> Self {
        Self {
            symbol: Symbol::Name(symbol),
            library: None,
            abi: Abi::C,
            compiler: Compiler::default(),
            optional: false,
            check: None,
            check_text: None,
            os_error: None,
            on_error: None,
            returned: LibraryPointer::utf8(),
            is_variable: false,
        }
    }

    /// The functions that free what the function returns and stores, each with the output parameter; `None` is the returned
    /// pointer. The index here is a function's number in the description.
    pub(crate) fn releases<'m>(
        &'m self,
        signature: &'m Signature,
    ) -> impl Iterator<Item = (&'m Release, Option<&'m Parameter>)> {
        let returned = self.returned.free_with.as_ref().map(|release| (release, None));
        let stored = signature
            .parameters
            .iter()
            .filter_map(|parameter| Some((parameter.library_pointer()?.free_with.as_ref()?, Some(parameter))));
        returned.into_iter().chain(stored)
    }

    /// Whether it is a member function that returns a value through a hidden pointer if that is a struct.
    pub(crate) fn is_member(&self, signature: &Signature) -> bool {
        self.abi == Abi::Thiscall
            && self.compiler == Compiler::Msvc
            && self.returned.format.encoding == Encoding::Utf8
            && matches!(signature.returns, Returns::Value(_))
            && self.returned.free_with.is_none()
    }
}

impl Signature {
    /// The type of a parameter, or of its target if it is a pointer, as a [`projected_type`] of the trait that it needs.
    pub(crate) fn checked(&self, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
        let (ty, between_rust) = match &parameter.kind {
            Kind::Length(length) => return projected_type(&length.ty, RequiredTrait::IsLength, krate),
            Kind::UserData(_) => return projected_type(&parameter.ty, RequiredTrait::IsUserData, krate),
            // The types in a callback's own signature are checked there.
            Kind::Callback(_) | Kind::CStr | Kind::TextList(_) => return quote!(()),
            Kind::LibraryPointer(pointer) => match &pointer.element {
                Some(element) => (&**element, RequiredTrait::CrossInSlice),
                None => (&parameter.ty, RequiredTrait::Cross),
            },
            Kind::Array(element, _) | Kind::ArrayBuffer(element, _) => (&**element, RequiredTrait::CrossInSlice),
            Kind::Pointer(ty, _) => (&**ty, RequiredTrait::Cross),
            Kind::Value | Kind::Text(_) | Kind::TextBuffer(..) => (&parameter.ty, RequiredTrait::Cross),
        };
        let required = match (self.callee, between_rust) {
            (Callee::Rust, between_rust) => between_rust,
            (Callee::Function | Callee::Closure, _) => RequiredTrait::Native,
            (Callee::Managed, RequiredTrait::CrossInSlice) => RequiredTrait::Element,
            (Callee::Managed, _) => RequiredTrait::Managed,
        };
        match &parameter.kind {
            Kind::Pointer(..) => projected_target(ty, required, krate),
            _ => projected_type(ty, required, krate),
        }
    }

    /// The type of a parameter with `#[closes]`, as a projected type.
    pub(crate) fn checked_handle(parameter: &Parameter, krate: &TokenStream) -> TokenStream {
        let ty = match &parameter.kind {
            Kind::Pointer(ty, _) => ty,
            _ => &parameter.ty,
        };
        projected_type(ty, RequiredTrait::Closes, krate)
    }

    /// The decoder's method for the returned type, and its generic arguments as projected types.
    pub(crate) fn checked_return(&self, krate: &TokenStream) -> (&'static str, TokenStream) {
        let cross = |ty| projected_type(ty, RequiredTrait::Cross, krate);
        let (value, element_of) = match self.callee {
            Callee::Rust => (RequiredTrait::Cross, RequiredTrait::CrossInSlice),
            Callee::Function => (RequiredTrait::NativeReturn, RequiredTrait::Native),
            Callee::Closure => (RequiredTrait::Native, RequiredTrait::Native),
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

    /// The values that are sent back: the returned one, unless that is `()`, and the `#[out]` parameters.
    pub(crate) fn parts(&self, krate: &TokenStream) -> Vec<Part> {
        let mut parts = Vec::new();
        if !matches!(self.returns, Returns::Nothing) {
            let (decode, checked) = self.checked_return(krate);
            let encode = if decode == "vec" { "borrowed_slice" } else { decode };
            parts.push(Part { decode, encode, checked, form: None });
        }
        for parameter in self.outs() {
            let ty = &parameter.ty;
            let (decode, encode, checked) = match &parameter.kind {
                Kind::ArrayBuffer(..) if self.callee == Callee::Function => {
                    ("vec", "output_array", self.checked(parameter, krate))
                }
                Kind::ArrayBuffer(..) => ("vec", "borrowed_slice", self.checked(parameter, krate)),
                Kind::TextBuffer(..) => ("value", "value", quote!(#ty)),
                Kind::LibraryPointer(pointer) if pointer.element.is_some() => {
                    ("vec", "borrowed_slice", self.checked(parameter, krate))
                }
                _ => ("value", "value", self.checked(parameter, krate)),
            };
            parts.push(Part { decode, encode, checked, form: parameter.array_form(krate) });
        }
        parts
    }

    /// Whether a native function takes arrays, which are then passed where the message has them instead of as slices.
    pub(crate) fn passes_arrays(&self) -> bool {
        let is_array = |parameter: &Parameter| matches!(parameter.kind, Kind::Array(..) | Kind::ArrayBuffer(..));
        self.callee == Callee::Function && self.parameters.iter().any(is_array)
    }

    /// The return type in Rust; `None` for `()`.
    pub(crate) fn returned_type(&self, krate: &TokenStream) -> Option<TokenStream> {
        if self.makes_callback {
            return Some(quote!(#krate::Callback));
        }
        let types = self.returned_types(|parameter| parameter.ty.to_token_stream(), krate);
        (!types.is_empty()).then(|| joined(&types))
    }

    /// The types of all returned values, with `out` giving those of the `#[out]` parameters.
    pub(crate) fn returned_types(
        &self,
        out: impl Fn(&Parameter) -> TokenStream,
        krate: &TokenStream,
    ) -> Vec<TokenStream> {
        let own = (!matches!(self.returns, Returns::Nothing)).then(|| self.returns.ty());
        let registrations = self.registered_callbacks().map(|_| quote!(#krate::Registration));
        own.into_iter().chain(self.outs().map(out)).chain(registrations).collect()
    }

    /// The two types in the `Result` of the client's method.
    pub(crate) fn call_result(&self, krate: &TokenStream) -> (TokenStream, TokenStream) {
        match &self.returns {
            Returns::Result { ok, error, .. } => (quote!(#ok), quote!(#krate::CallError<#error>)),
            _ => (self.returned_type(krate).unwrap_or_else(|| quote!(())), quote!(#krate::Error)),
        }
    }

    pub(crate) fn callbacks(&self) -> impl Iterator<Item = (&Parameter, &Callback)> {
        self.parameters.iter().filter_map(|parameter| match &parameter.kind {
            Kind::Callback(callback) => Some((parameter, &**callback)),
            _ => None,
        })
    }

    /// The callbacks that the library keeps after the call.
    pub(crate) fn registered_callbacks(&self) -> impl Iterator<Item = (&Parameter, &Callback)> {
        self.callbacks().filter(|(_, callback)| callback.is_registered)
    }

    /// The callbacks that the library uses only during the call. The index here is a callback's number on the wire.
    pub(crate) fn scoped_callbacks(&self) -> impl Iterator<Item = (&Parameter, &Callback)> {
        self.callbacks().filter(|(_, callback)| !callback.is_registered)
    }

    /// The parameter of this name.
    pub(crate) fn parameter(&self, name: &Ident) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == *name)
    }

    /// The parameters that the caller passes.
    pub(crate) fn visible(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| !parameter.is_hidden())
    }

    /// The parameters that are returned.
    pub(crate) fn outs(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.is_out())
    }

    /// The parameter that has the length of an array or a text.
    pub(crate) fn length_of(&self, array: &Ident) -> Option<(&Parameter, &Length)> {
        self.parameters.iter().find_map(|parameter| match &parameter.kind {
            Kind::Length(length) if length.of.contains(array) => Some((parameter, length)),
            _ => None,
        })
    }

    /// The lengths that the function changes.
    pub(crate) fn written_lengths(&self) -> impl Iterator<Item = &Parameter> {
        let is_written = |parameter: &&Parameter| {
            matches!(parameter.kind, Kind::Length(Length { passing: Some(Passing::InOut), .. }))
        };
        self.parameters.iter().filter(is_written)
    }

    /// The place of an output among all.
    pub(crate) fn place(&self, out: &Parameter) -> u32 {
        self.outs().position(|candidate| candidate.name == out.name).unwrap_or_default() as u32
    }

    /// The place of a parameter among all.
    pub(crate) fn place_of_all(&self, parameter: &Parameter) -> u32 {
        self.parameters.iter().position(|candidate| candidate.name == parameter.name).unwrap_or_default() as u32
    }

    /// The handles that the function frees.
    pub(crate) fn closed(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.closes.is_some())
    }

    /// The read-only arrays, which a message may borrow until it is sent.
    pub(crate) fn borrowed_arrays(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| matches!(parameter.kind, Kind::Array(_, Passing::In)))
    }

    /// The parameters that the callee changes in place.
    pub(crate) fn in_outs(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.is_in_out())
    }
}

impl Parameter {
    /// Whether it is returned.
    pub(crate) fn is_out(&self) -> bool {
        matches!(
            self.kind,
            Kind::Pointer(_, Passing::Out) | Kind::ArrayBuffer(..) | Kind::TextBuffer(..) | Kind::LibraryPointer(_)
        )
    }

    /// Whether it is a pointer to values that may be null. Slots of text know themselves whether they are.
    pub(crate) fn is_nullable_pointer(&self) -> bool {
        self.is_nullable && matches!(self.kind, Kind::Pointer(..) | Kind::Array(..))
    }

    /// The pointer of the library's that it becomes, if it does.
    pub(crate) fn library_pointer(&self) -> Option<&LibraryPointer> {
        match &self.kind {
            Kind::LibraryPointer(pointer) => Some(pointer),
            _ => None,
        }
    }

    /// Whether a null element ends the list that a closure is passed: `#[len(until_null)]`.
    pub(crate) fn ends_with_null(&self) -> bool {
        self.elements.as_ref().is_some_and(syntax::is_until_null)
    }

    /// The array that it points to: `&[T; N]`, `&mut [T; N]`, `#[out] [T; N]`.
    pub(crate) fn array(&self) -> Option<&TypeArray> {
        match &self.kind {
            Kind::Pointer(ty, _) => syntax::array(ty),
            _ => None,
        }
    }

    /// The array that it points to, as the runtime has it in messages and in C.
    pub(crate) fn array_form(&self, krate: &TokenStream) -> Option<ArrayForm> {
        self.array().map(|array| ArrayForm::of(array, krate))
    }

    /// Its size, if it is a buffer that the library fills.
    pub(crate) fn buffer(&self) -> Option<&Buffer> {
        match &self.kind {
            Kind::ArrayBuffer(_, buffer) | Kind::TextBuffer(_, buffer) => Some(buffer),
            _ => None,
        }
    }

    /// Whether the callee changes it in place.
    pub(crate) fn is_in_out(&self) -> bool {
        matches!(self.kind, Kind::Pointer(_, Passing::InOut) | Kind::Array(_, Passing::InOut))
    }

    /// Whether the caller does not pass it.
    pub(crate) fn is_hidden(&self) -> bool {
        self.is_out() || self.fixed.is_some() || matches!(self.kind, Kind::Length(_) | Kind::UserData(_))
    }
}

impl Part {
    /// Decodes it: an expression of type `Result`.
    pub(crate) fn decode(&self, from: &Ident) -> TokenStream {
        let (Self { checked, .. }, decode) = (self, names::runtime(self.decode));
        match &self.form {
            Some(form) => {
                let received = form.received(checked);
                quote!(#from.value::<#received>().map(|#from| #from.into_value()))
            }
            None => quote!(#from.#decode::<#checked>()),
        }
    }

    /// Encodes it: an expression of type `Result`.
    pub(crate) fn encode(&self, to: &Ident, value: &Ident) -> TokenStream {
        let (Self { checked, .. }, encode) = (self, names::runtime(self.encode));
        match &self.form {
            Some(form) => {
                let sent = form.sent(checked);
                quote!(#to.value(&#sent(&#value)))
            }
            None => quote!(#to.#encode::<#checked>(&#value)),
        }
    }

    /// Whether it is a vector.
    pub(crate) fn is_vec(&self) -> bool {
        self.decode == "vec"
    }
}

impl Callback {
    /// A method that calls a C function of this type.
    pub(crate) fn as_method(&self, name: &Ident) -> Method {
        let symbol = LitStr::new(&names::text(name), name.span());
        let native = Native { abi: self.abi, compiler: self.compiler, ..Native::named(symbol) };
        Method {
            attrs: Vec::new(),
            name: name.clone(),
            signature: Signature { callee: Callee::Function, ..self.signature.clone() },
            body: None,
            target: Some(Target::Native(Box::new(native))),
            timeout: None,
        }
    }

    /// The closure's `FnMut` bound.
    pub(crate) fn closure(&self) -> TokenStream {
        let types = self.signature.visible().map(|parameter| &parameter.ty);
        let returns = self.signature.returned_type(&TokenStream::new()).map(|ty| quote!(-> #ty));
        quote!(::core::ops::FnMut(#(#types),*) #returns)
    }
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

/// Joins types, or values: none give `()`, one itself, several a tuple.
pub(crate) fn joined(parts: &[TokenStream]) -> TokenStream {
    match parts {
        [part] => part.clone(),
        parts => quote!((#(#parts),*)),
    }
}

impl ArrayForm {
    fn of(array: &TypeArray, krate: &TokenStream) -> Self {
        let span = syntax::element(array).span();
        let krate = at(krate, span);
        let native = quote_spanned!(span=> #krate::__private::native);
        let marker = Self::marker(array, &native, span);
        Self { native, marker, span }
    }

    fn marker(array: &TypeArray, native: &TokenStream, span: Span) -> TokenStream {
        let element = match syntax::array(&array.elem) {
            Some(inner) => Self::marker(inner, native, span),
            None => quote_spanned!(span=> #native::AsItself),
        };
        quote_spanned!(span=> #native::EachAs<#element>)
    }

    /// The type of the array in messages, as which it is received.
    pub(crate) fn received(&self, ty: &TokenStream) -> TokenStream {
        let Self { native, marker, span } = self;
        quote_spanned!(*span=> #native::FormOf<#marker, #ty>)
    }

    /// The function that makes of a reference what is sent.
    pub(crate) fn sent(&self, ty: &TokenStream) -> TokenStream {
        let Self { native, marker, span } = self;
        quote_spanned!(*span=> #native::FormRef::<#marker, #ty>::new)
    }

    /// A conversion from or to C.
    pub(crate) fn conversion(&self, ty: &TokenStream, item: &str) -> TokenStream {
        let Self { native, marker, span } = self;
        let item = Ident::new(item, *span);
        quote_spanned!(*span=> <#marker as #native::FieldForm<#ty>>::#item)
    }
}

/// Tokens at another position. The compiler reports an error in them there, and together with those that it reports there anyway.
pub(crate) fn at(tokens: &TokenStream, span: Span) -> TokenStream {
    let tokens = tokens.clone().into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    tokens.collect()
}

/// A [`projected_type`], or an array of such.
fn projected_target(ty: &Type, required: RequiredTrait, krate: &TokenStream) -> TokenStream {
    match syntax::array(ty) {
        Some(array @ TypeArray { elem, len, .. }) => {
            let (span, element) = (syntax::element(array).span(), projected_target(elem, required, krate));
            quote_spanned!(span=> [#element; #len])
        }
        None => projected_type(ty, required, krate),
    }
}

/// `<T as Trait>::Value`, which is `T` itself, at the position of `T`.
///
/// Generated code names every type this way. The compiler then reports a type without the trait once, where the user wrote
/// it, and none of the errors that would follow.
pub(crate) fn projected_type(ty: &Type, required: RequiredTrait, krate: &TokenStream) -> TokenStream {
    let span = ty.span();
    let required = match required {
        RequiredTrait::Cross => quote_spanned!(span=> Cross<_>),
        RequiredTrait::CrossInSlice => quote_spanned!(span=> CrossInSlice<_>),
        RequiredTrait::Native => quote_spanned!(span=> native::Native),
        RequiredTrait::NativeReturn => quote_spanned!(span=> native::NativeReturn),
        RequiredTrait::IsLength => quote_spanned!(span=> native::IsLength),
        RequiredTrait::IsUserData => quote_spanned!(span=> native::IsUserData),
        RequiredTrait::Closes => quote_spanned!(span=> native::Closes),
        RequiredTrait::Managed => quote_spanned!(span=> dotnet::Managed),
        RequiredTrait::Element => quote_spanned!(span=> dotnet::Element),
    };
    quote_spanned!(span=> <#ty as #krate::__private::#required>::Value)
}
