//! Parses the attributes of methods and parameters.

use std::time::Duration;

use proc_macro2::Ident;
use quote::ToTokens as _;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, LitInt, LitStr, Meta, Token};

use crate::errors::Errors;
use crate::settings::{Encoding, OsError};

/// An attribute's name as written, and its value.
pub(crate) type Spanned<T> = Option<(Ident, T)>;

/// The attributes of a method. Nearly all of them describe the function that it calls.
#[derive(Default)]
pub(crate) struct MethodAttributes {
    pub(crate) symbol: Spanned<LitStr>,
    pub(crate) ordinal: Spanned<LitInt>,
    /// The value of `#[function(…)]`.
    pub(crate) address: Spanned<Expr>,
    /// The value of `#[vtable(…)]`.
    pub(crate) entry: Spanned<LitInt>,
    pub(crate) library: Spanned<LitStr>,
    pub(crate) abi: Spanned<Vec<LitStr>>,
    pub(crate) optional: Spanned<()>,
    pub(crate) check: Spanned<Check>,
    pub(crate) os_error: Spanned<OsError>,
    /// The value of `#[on_error(…)]`.
    pub(crate) on_error: Spanned<Expr>,
    pub(crate) free_with: Spanned<FreeWith>,
    pub(crate) returns: Spanned<Expr>,
    pub(crate) global: Spanned<()>,
    pub(crate) encoding: Spanned<Encoding>,
    pub(crate) multi: Spanned<()>,
    pub(crate) class: Spanned<LitStr>,
    pub(crate) constructor: Spanned<()>,
    pub(crate) release: Spanned<()>,
    pub(crate) get: Spanned<()>,
    pub(crate) set: Spanned<()>,
    /// `#[callback]`: the item is the type of a C function, not a method.
    pub(crate) callback: Spanned<()>,
    /// Allowed on any method.
    pub(crate) timeout: Spanned<Duration>,
}

/// The attributes of a parameter.
#[derive(Default)]
pub(crate) struct ParameterAttributes {
    /// `#[len_of(…)]` or `#[bytes_of(…)]`.
    pub(crate) len_of: Spanned<LengthOf>,
    /// The value of `#[len(…)]`.
    pub(crate) elements: Spanned<Expr>,
    /// `None` if it could not be parsed.
    pub(crate) out: Spanned<Option<Out>>,
    pub(crate) encoding: Spanned<Encoding>,
    pub(crate) multi: Spanned<()>,
    pub(crate) free_with: Spanned<FreeWith>,
    pub(crate) abi: Spanned<Vec<LitStr>>,
    pub(crate) registered: Spanned<()>,
    /// The value of `#[on_error(…)]`.
    pub(crate) on_error: Spanned<Expr>,
    pub(crate) user_data: Spanned<Vec<Ident>>,
    /// The condition in `#[closes(…)]`, if it has one.
    pub(crate) closes: Spanned<Option<Expr>>,
    /// The value of `#[fixed(…)]`.
    pub(crate) fixed: Spanned<Expr>,
    pub(crate) this: Spanned<()>,
}

/// `#[check(condition)]`, `#[check(condition, text = expression)]`.
pub(crate) struct Check {
    pub(crate) condition: Expr,
    /// What the library says about a failure.
    pub(crate) text: Option<Expr>,
}

/// `#[len_of(x, y)]`, `#[bytes_of(x, y)]`.
#[derive(Default)]
pub(crate) struct LengthOf {
    pub(crate) of: Vec<Ident>,
    pub(crate) in_bytes: bool,
}

/// `#[free_with("function")]`, `#[free_with("library", "function")]`, either with `abi = "…"`.
pub(crate) struct FreeWith {
    pub(crate) library: Option<LitStr>,
    pub(crate) function: LitStr,
    pub(crate) abi: Option<LitStr>,
}

/// `#[out]`, `#[out(len = …)]`, `#[out(cap = …, len = …)]`, `#[out(pointer, len = …)]`.
#[derive(Default)]
pub(crate) struct Out {
    /// `pointer`, if it is there.
    pub(crate) pointer: Option<Ident>,
    pub(crate) cap: Option<Expr>,
    pub(crate) len: Option<Expr>,
}

/// The attributes of methods, for error messages.
const METHOD_ATTRIBUTES: &str = "`symbol`, `ordinal`, `function`, `vtable`, `library`, `abi`, `optional`, `check`, `last_error`, `errno`, `on_error`, `free_with`, \
                                 `returns`, `global`, `wide`, `encoding`, `multi`, `class`, `constructor`, `release`, `get`, `set`, `callback`, `timeout`";

/// The attributes of parameters, for error messages.
const PARAMETER_ATTRIBUTES: &str = "`len_of`, `bytes_of`, `len`, `out`, `fixed`, `free_with`, `wide`, `encoding`, `multi`, `abi`, `registered`, `on_error`, `user_data`, `closes`, `this`";

/// Rust's attributes that stay on a method.
const PASSED_ON: &[&str] = &[
    "allow",
    "cfg",
    "cfg_attr",
    "cold",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "inline",
    "must_use",
    "track_caller",
    "warn",
];

impl MethodAttributes {
    /// Separates the attributes that stay on a method from those of `#[bridge32]`.
    pub(crate) fn parse(attrs: &[Attribute], errors: &Errors) -> (Vec<Attribute>, Self) {
        let mut own = Self::default();
        let mut others = Vec::new();
        for attr in attrs {
            // Attributes with a longer path belong to tools and other macros.
            match attr.path().get_ident() {
                Some(name) if !PASSED_ON.iter().any(|passed| name == passed) => own.read(name, attr, errors),
                _ => others.push(attr.clone()),
            }
        }
        (others, own)
    }

    fn read(&mut self, name: &Ident, attr: &Attribute, errors: &Errors) {
        match name.to_string().as_str() {
            "symbol" => store(&mut self.symbol, name, text_argument(attr), errors),
            "ordinal" => store(&mut self.ordinal, name, argument(attr, "a number", "7"), errors),
            "function" => store(&mut self.address, name, argument(attr, "an address", "self.table().open"), errors),
            "vtable" => store(&mut self.entry, name, argument(attr, "the number of an entry", "3"), errors),
            "library" => store(&mut self.library, name, text_argument(attr), errors),
            "abi" => store(&mut self.abi, name, text_arguments(attr), errors),
            "optional" => store(&mut self.optional, name, no_arguments(attr), errors),
            "check" => store(&mut self.check, name, check(attr), errors),
            "last_error" => store(&mut self.os_error, name, no_arguments(attr).map(|()| OsError::Last), errors),
            "errno" => store(&mut self.os_error, name, no_arguments(attr).map(|()| OsError::Errno), errors),
            "on_error" => store(&mut self.on_error, name, argument(attr, "a value", "-1"), errors),
            "free_with" => store(&mut self.free_with, name, free_with(attr), errors),
            "multi" => store(&mut self.multi, name, no_arguments(attr), errors),
            "returns" => store(&mut self.returns, name, returned_length(attr), errors),
            "global" => store(&mut self.global, name, no_arguments(attr), errors),
            "wide" => store(&mut self.encoding, name, no_arguments(attr).map(|()| Encoding::Wide), errors),
            "encoding" => store(&mut self.encoding, name, encoding(attr), errors),
            "class" => store(&mut self.class, name, text_argument(attr), errors),
            "constructor" => store(&mut self.constructor, name, no_arguments(attr), errors),
            "release" => store(&mut self.release, name, no_arguments(attr), errors),
            "get" => store(&mut self.get, name, no_arguments(attr), errors),
            "set" => store(&mut self.set, name, no_arguments(attr), errors),
            "callback" => store(&mut self.callback, name, no_arguments(attr), errors),
            "timeout" => {
                store(&mut self.timeout, name, text_argument(attr).and_then(|text| duration(&text)), errors);
            }
            "len_of" => {
                errors.at(
                    name,
                    "`#[len_of]` is an attribute of a parameter; put it before the parameter that holds the length",
                );
            }
            "bytes_of" => {
                errors.at(
                    name,
                    "`#[bytes_of]` is an attribute of a parameter; put it before the parameter that holds the size",
                );
            }
            "fixed" => errors.at(name, "`#[fixed]` is an attribute of a parameter; put it before the argument"),
            "len" => errors.at(name, "`#[len]` is an attribute of a parameter; put it before the slice"),
            "out" => errors.at(name, "`#[out]` is an attribute of a parameter; put it before the output parameter"),
            "closes" => errors.at(name, "`#[closes]` is an attribute of a parameter; put it before the handle"),
            "this" => errors.at(name, "`#[this]` is an attribute of a parameter; put it before the object"),
            other => {
                errors.at(
                    name,
                    format_args!("`#[{other}]` is not an attribute of a method; those are {METHOD_ATTRIBUTES}"),
                );
            }
        }
    }

    /// The names of the attributes that describe a function of any library.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Ident> {
        let any = [name(&self.symbol), name(&self.optional)].into_iter().flatten();
        any.chain(self.native_names()).chain(self.managed_names())
    }

    /// The names of the attributes that describe native functions only.
    pub(crate) fn native_names(&self) -> impl Iterator<Item = &Ident> {
        [
            name(&self.ordinal),
            name(&self.address),
            name(&self.entry),
            name(&self.library),
            name(&self.abi),
            name(&self.check),
            name(&self.os_error),
            name(&self.on_error),
            name(&self.free_with),
            name(&self.returns),
            name(&self.global),
            name(&self.encoding),
            name(&self.multi),
        ]
        .into_iter()
        .flatten()
    }

    /// The names of the attributes that say where a function is.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Ident> {
        [name(&self.symbol), name(&self.ordinal), name(&self.address), name(&self.entry)].into_iter().flatten()
    }

    /// The names of the attributes that describe managed methods only.
    pub(crate) fn managed_names(&self) -> impl Iterator<Item = &Ident> {
        name(&self.class).into_iter().chain(self.forms())
    }

    /// The names of the attributes that say what a managed method does with its class, other than call a method of it.
    pub(crate) fn forms(&self) -> impl Iterator<Item = &Ident> {
        [name(&self.constructor), name(&self.release), name(&self.get), name(&self.set)].into_iter().flatten()
    }
}

fn name<T>(attribute: &Spanned<T>) -> Option<&Ident> {
    attribute.as_ref().map(|(name, _)| name)
}

impl ParameterAttributes {
    pub(crate) fn parse(attrs: &[Attribute], errors: &Errors) -> Self {
        let mut own = Self::default();
        for attr in attrs {
            let Some(name) = attr.path().get_ident() else {
                unknown_on_parameter(attr, errors);
                continue;
            };
            match name.to_string().as_str() {
                "len_of" | "bytes_of" => own.read_length(name, attr, errors),
                "len" => {
                    store(&mut own.elements, name, argument(attr, "a number of elements", "rows * columns"), errors)
                }
                "out" => store(&mut own.out, name, Ok(errors.take(out(attr))), errors),
                "wide" => store(&mut own.encoding, name, no_arguments(attr).map(|()| Encoding::Wide), errors),
                "encoding" => store(&mut own.encoding, name, encoding(attr), errors),
                "multi" => store(&mut own.multi, name, no_arguments(attr), errors),
                "free_with" => store(&mut own.free_with, name, free_with(attr), errors),
                "abi" => store(&mut own.abi, name, text_arguments(attr), errors),
                "registered" => store(&mut own.registered, name, no_arguments(attr), errors),
                "on_error" => store(&mut own.on_error, name, argument(attr, "a value", "-1"), errors),
                "user_data" => {
                    let wanted = "expected the callbacks whose context this is; write `#[user_data(name)]`";
                    store(&mut own.user_data, name, names(attr, wanted), errors);
                }
                "closes" => store(&mut own.closes, name, closes(attr), errors),
                "fixed" => store(&mut own.fixed, name, argument(attr, "a value", "0"), errors),
                "this" => store(&mut own.this, name, no_arguments(attr), errors),
                "allow" | "expect" | "warn" | "deny" => {}
                "cfg" | "cfg_attr" => {
                    errors.at(name, "a single parameter cannot be conditional; put `#[cfg]` on the method");
                }
                _ => unknown_on_parameter(attr, errors),
            }
        }
        own
    }
}

impl ParameterAttributes {
    fn read_length(&mut self, name: &Ident, attr: &Attribute, errors: &Errors) {
        match &self.len_of {
            Some((earlier, _)) if earlier == name => {
                errors.at(
                    name,
                    format_args!("`#[{name}]` is given twice; name all arrays in one, as in `#[{name}(x, y)]`"),
                );
            }
            Some((earlier, _)) => errors.at(name, format_args!("`#[{name}]` contradicts `#[{earlier}]`; keep one")),
            None => {
                let of = errors.take(length_of(attr)).unwrap_or_default();
                self.len_of = Some((name.clone(), LengthOf { of, in_bytes: name == "bytes_of" }));
            }
        }
    }
}

fn unknown_on_parameter(attr: &Attribute, errors: &Errors) {
    let path = attr.path().to_token_stream().to_string().replace(' ', "");
    errors.at(
        attr.path(),
        format_args!("`#[{path}]` is not an attribute of a parameter; those are {PARAMETER_ATTRIBUTES}"),
    );
}

/// A duration such as `"5s"`: a number and its unit.
fn duration(text: &LitStr) -> syn::Result<Duration> {
    let value = text.value();
    let (number, unit) = value.split_at(value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len()));
    let milliseconds = match unit.trim_start() {
        "ms" => 1,
        "s" => 1000,
        "min" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        _ => 0,
    };
    match number.parse::<u64>().ok().and_then(|number| number.checked_mul(milliseconds)) {
        Some(time @ 1..) => Ok(Duration::from_millis(time)),
        _ => {
            let wanted = "not a duration; write a number and a unit, as in \"500ms\", \"5s\", \"2min\", \"1h\"";
            Err(syn::Error::new(text.span(), wanted))
        }
    }
}

/// Stores an attribute's value, and reports a second one.
pub(crate) fn store<T>(place: &mut Spanned<T>, name: &Ident, value: syn::Result<T>, errors: &Errors) {
    let Some(value) = errors.take(value) else { return };
    match place {
        Some((earlier, _)) if earlier == name => errors.at(name, format_args!("`#[{name}]` is given twice; keep one")),
        Some((earlier, _)) => {
            errors.at(name, format_args!("`#[{name}]` contradicts `#[{earlier}]`; keep one"));
        }
        none => *none = Some((name.clone(), value)),
    }
}

/// Checks that an attribute has no arguments.
pub(crate) fn no_arguments(attr: &Attribute) -> syn::Result<()> {
    match &attr.meta {
        Meta::Path(_) => Ok(()),
        meta => {
            let name = attr.path().to_token_stream();
            Err(syn::Error::new(meta.span(), format_args!("this attribute has no arguments; write `#[{name}]`")))
        }
    }
}

/// The argument in `#[name(…)]`.
pub(crate) fn argument<T: Parse>(attr: &Attribute, what: &str, example: &str) -> syn::Result<T> {
    let name = attr.path().to_token_stream();
    let wanted = || format!("expected {what}; write `#[{name}({example})]`");
    match &attr.meta {
        Meta::List(list) => list.parse_args().map_err(|error| syn::Error::new(error.span(), wanted())),
        _ => Err(syn::Error::new(attr.path().span(), wanted())),
    }
}

/// The text in `#[name("text")]`.
fn text_argument(attr: &Attribute) -> syn::Result<LitStr> {
    let text: LitStr = argument(attr, "text in quotes", "\"…\"")?;
    if text.value().is_empty() { Err(is_empty(&text)) } else { Ok(text) }
}

/// The texts in `#[name("text", "text")]`, of which there is at least one.
fn text_arguments(attr: &Attribute) -> syn::Result<Vec<LitStr>> {
    struct Texts(Punctuated<LitStr, Token![,]>);

    impl Parse for Texts {
        fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
            Punctuated::parse_separated_nonempty(input).map(Self)
        }
    }

    let Texts(texts) = argument(attr, "text in quotes", "\"…\"")?;
    match texts.iter().find(|text| text.value().is_empty()) {
        Some(empty) => Err(is_empty(empty)),
        None => Ok(texts.into_iter().collect()),
    }
}

fn is_empty(text: &LitStr) -> syn::Error {
    syn::Error::new(text.span(), "this is empty; write a value, or remove the attribute")
}

/// The encoding in `#[encoding(latin1)]`.
pub(crate) fn encoding(attr: &Attribute) -> syn::Result<Encoding> {
    let name: Ident = argument(attr, "the name of an encoding", "latin1")?;
    match name.to_string().as_str() {
        "utf8" => Ok(Encoding::Utf8),
        "utf16" => Ok(Encoding::Utf16),
        "latin1" => Ok(Encoding::Latin1),
        "ansi" => Ok(Encoding::Ansi),
        "wide" => Ok(Encoding::Wide),
        other => {
            let message =
                format!("`{other}` is not an encoding; write one of `utf8`, `utf16`, `latin1`, `ansi`, `wide`");
            Err(syn::Error::new(name.span(), message))
        }
    }
}

/// The names in `#[len_of(x, y)]` or `#[bytes_of(x, y)]`.
pub(crate) fn length_of(attr: &Attribute) -> syn::Result<Vec<Ident>> {
    let name = attr.path().to_token_stream();
    names(attr, &format!("expected the parameters whose length this is; write `#[{name}(name)]`"))
}

/// The names in `#[name(x, y)]`.
pub(crate) fn names(attr: &Attribute, wanted: &str) -> syn::Result<Vec<Ident>> {
    struct Names(Punctuated<Ident, Token![,]>);

    impl Parse for Names {
        fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
            Punctuated::parse_terminated(input).map(Self)
        }
    }

    let Meta::List(list) = &attr.meta else { return Err(syn::Error::new(attr.path().span(), wanted)) };
    let Names(names) = list.parse_args().map_err(|error| syn::Error::new(error.span(), wanted))?;
    if names.is_empty() {
        return Err(syn::Error::new(attr.path().span(), wanted));
    }
    Ok(names.into_iter().collect())
}

/// The condition in `#[closes(ret == 0)]`; `#[closes]` has none.
fn closes(attr: &Attribute) -> syn::Result<Option<Expr>> {
    match &attr.meta {
        Meta::Path(_) => Ok(None),
        Meta::List(list) if list.tokens.is_empty() => no_arguments(attr).map(|()| None),
        _ => argument(attr, "when the function closes the handle", "ret == 0").map(Some),
    }
}

/// The condition and the text in `#[check(ret == 0, text = self.last_error())]`.
fn check(attr: &Attribute) -> syn::Result<Check> {
    struct Parts(Check);

    impl Parse for Parts {
        fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
            let condition = input.parse()?;
            let mut text = None;
            if input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            }
            if !input.is_empty() {
                let option: Ident = input.parse()?;
                if option != "text" {
                    return Err(syn::Error::new(option.span(), ""));
                }
                input.parse::<Token![=]>()?;
                text = Some(input.parse()?);
            }
            Ok(Self(Check { condition, text }))
        }
    }

    let wanted = "expected a condition; write `#[check(ret == 0)]`, or `#[check(ret == 0, text = self.error_text())]` with what the library says about a failure";
    let Meta::List(list) = &attr.meta else { return Err(syn::Error::new(attr.path().span(), wanted)) };
    let Parts(check) = list.parse_args().map_err(|error| syn::Error::new(error.span(), wanted))?;
    Ok(check)
}

/// The function in `#[free_with("library", "function", abi = "…")]`.
fn free_with(attr: &Attribute) -> syn::Result<FreeWith> {
    let wanted = "expected a function; write `#[free_with(\"function\")]`, or `#[free_with(\"library\", \"function\")]` for one of another library";

    struct Names {
        names: Vec<LitStr>,
        abi: Option<LitStr>,
    }

    impl Parse for Names {
        fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
            let (mut names, mut abi) = (Vec::new(), None);
            while !input.is_empty() {
                if input.peek(LitStr) && abi.is_none() {
                    names.push(input.parse()?);
                } else {
                    let option: Ident = input.parse()?;
                    if option != "abi" || abi.is_some() {
                        return Err(syn::Error::new(option.span(), ""));
                    }
                    input.parse::<Token![=]>()?;
                    abi = Some(input.parse()?);
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(Self { names, abi })
        }
    }

    let Meta::List(list) = &attr.meta else { return Err(syn::Error::new(attr.path().span(), wanted)) };
    let Names { names, abi } = list.parse_args().map_err(|error| syn::Error::new(error.span(), wanted))?;
    if let Some(empty) = names.iter().find(|name| name.value().is_empty()) {
        return Err(is_empty(empty));
    }
    match <[LitStr; 2]>::try_from(names) {
        Ok([library, function]) => Ok(FreeWith { library: Some(library), function, abi }),
        Err(names) => match <[LitStr; 1]>::try_from(names) {
            Ok([function]) => Ok(FreeWith { library: None, function, abi }),
            Err(_) => Err(syn::Error::new(attr.meta.span(), wanted)),
        },
    }
}

/// The options in `#[out(cap = …, len = …)]` and `#[out(pointer, len = …)]`.
fn out(attr: &Attribute) -> syn::Result<Out> {
    match &attr.meta {
        Meta::Path(_) => Ok(Out::default()),
        _ => options(attr, "`#[out]`, `#[out(len = …)]`, `#[out(cap = …)]` or `#[out(pointer)]`"),
    }
}

/// The length in `#[returns(len = …)]`.
fn returned_length(attr: &Attribute) -> syn::Result<Expr> {
    let wanted = "`#[returns(len = …)]`";
    match options(attr, wanted)? {
        Out { len: Some(len), cap: None, pointer: None } => Ok(len),
        _ => Err(syn::Error::new(
            attr.meta.span(),
            format_args!("expected the length of the returned array; write {wanted}"),
        )),
    }
}

pub(crate) fn options(attr: &Attribute, wanted: &str) -> syn::Result<Out> {
    let mut out = Out::default();
    let message = || format!("expected a length or a capacity; write {wanted}");
    attr.parse_nested_meta(|meta| {
        if meta.path.is_ident("pointer") {
            out.pointer = meta.path.get_ident().cloned();
            return Ok(());
        }
        let place = match () {
            () if meta.path.is_ident("len") => &mut out.len,
            () if meta.path.is_ident("cap") => &mut out.cap,
            () => return Err(syn::Error::new(meta.path.span(), message())),
        };
        *place = Some(meta.value()?.parse()?);
        Ok(())
    })?;
    match out {
        Out { len: None, cap: None, pointer: None } => Err(syn::Error::new(attr.path().span(), message())),
        out => Ok(out),
    }
}
