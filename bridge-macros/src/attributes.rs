//! The attributes of methods and parameters that `#[bridge32]` knows.

use std::time::Duration;

use proc_macro2::Ident;
use quote::ToTokens as _;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, LitInt, LitStr, Meta, Token};

use crate::errors::Errors;
use crate::settings::{Encoding, OsError};

/// An attribute's name as it was written, and what it says.
pub(crate) type Spanned<T> = Option<(Ident, T)>;

/// What the attributes of a method say, nearly all of it about the function that it stands for.
#[derive(Default)]
pub(crate) struct MethodAttributes {
    pub(crate) symbol: Spanned<LitStr>,
    pub(crate) ordinal: Spanned<LitInt>,
    pub(crate) abi: Spanned<LitStr>,
    pub(crate) optional: Spanned<()>,
    pub(crate) check: Spanned<Expr>,
    pub(crate) os_error: Spanned<OsError>,
    pub(crate) free_with: Spanned<LitStr>,
    pub(crate) returns: Spanned<Expr>,
    pub(crate) global: Spanned<()>,
    pub(crate) encoding: Spanned<Encoding>,
    pub(crate) class: Spanned<LitStr>,
    pub(crate) constructor: Spanned<()>,
    pub(crate) release: Spanned<()>,
    /// For any method.
    pub(crate) timeout: Spanned<Duration>,
}

/// What the attributes of a parameter say.
#[derive(Default)]
pub(crate) struct ParameterAttributes {
    pub(crate) len_of: Spanned<Vec<Ident>>,
    /// `None` where it could not be read.
    pub(crate) out: Spanned<Option<Out>>,
    pub(crate) encoding: Spanned<Encoding>,
    pub(crate) abi: Spanned<LitStr>,
    pub(crate) registered: Spanned<()>,
    pub(crate) user_data: Spanned<Vec<Ident>>,
    pub(crate) closes: Spanned<()>,
    /// The object that a managed method is called on.
    pub(crate) this: Spanned<()>,
}

/// `#[out]`, `#[out(len = …)]`, `#[out(cap = …, len = …)]`.
#[derive(Default)]
pub(crate) struct Out {
    pub(crate) cap: Option<Expr>,
    pub(crate) len: Option<Expr>,
}

/// The attributes that `#[bridge32]` knows on methods.
const METHOD_ATTRIBUTES: &str = "`symbol`, `ordinal`, `abi`, `optional`, `check`, `last_error`, `errno`, `free_with`, \
                                 `returns`, `global`, `wide`, `encoding`, `class`, `constructor`, `release`, `timeout`";

/// The attributes that it knows on parameters.
const PARAMETER_ATTRIBUTES: &str =
    "`len_of`, `out`, `wide`, `encoding`, `abi`, `registered`, `user_data`, `closes`, `this`";

/// The compiler's own attributes that make sense on a method.
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
    /// Parts a method's attributes into those that stay on it and those that are ours.
    pub(crate) fn parse(attrs: &[Attribute], errors: &Errors) -> (Vec<Attribute>, Self) {
        let mut own = Self::default();
        let mut others = Vec::new();
        for attr in attrs {
            // Tools and other macros are told from ours by their path.
            match attr.path().get_ident() {
                Some(name) if !PASSED_ON.iter().any(|passed| name == passed) => own.read(name, attr, errors),
                _ => others.push(attr.clone()),
            }
        }
        (others, own)
    }

    fn read(&mut self, name: &Ident, attr: &Attribute, errors: &Errors) {
        match name.to_string().as_str() {
            "symbol" => say(&mut self.symbol, name, text_argument(attr), errors),
            "ordinal" => say(&mut self.ordinal, name, argument(attr, "a number", "7"), errors),
            "abi" => say(&mut self.abi, name, text_argument(attr), errors),
            "optional" => say(&mut self.optional, name, nothing(attr), errors),
            "check" => say(&mut self.check, name, argument(attr, "a condition over `ret`", "ret == 0"), errors),
            "last_error" => say(&mut self.os_error, name, nothing(attr).map(|()| OsError::Last), errors),
            "errno" => say(&mut self.os_error, name, nothing(attr).map(|()| OsError::Errno), errors),
            "free_with" => say(&mut self.free_with, name, text_argument(attr), errors),
            "returns" => say(&mut self.returns, name, returned_length(attr), errors),
            "global" => say(&mut self.global, name, nothing(attr), errors),
            "wide" => say(&mut self.encoding, name, nothing(attr).map(|()| Encoding::Wide), errors),
            "encoding" => say(&mut self.encoding, name, encoding(attr), errors),
            "class" => say(&mut self.class, name, text_argument(attr), errors),
            "constructor" => say(&mut self.constructor, name, nothing(attr), errors),
            "release" => say(&mut self.release, name, nothing(attr), errors),
            "timeout" => {
                say(&mut self.timeout, name, text_argument(attr).and_then(|text| duration(&text)), errors);
            }
            "len_of" => {
                errors.at(name, "a length is a parameter; put `#[len_of(…)]` before the parameter that holds it");
            }
            "out" => errors.at(name, "what comes out is a parameter; put `#[out]` before it"),
            "closes" => errors.at(name, "what is closed is a parameter; put `#[closes]` before the handle"),
            "this" => errors.at(name, "the object is a parameter; put `#[this]` before it"),
            other => {
                errors.at(name, format_args!("`#[{other}]` is not known here; a method takes {METHOD_ATTRIBUTES}"));
            }
        }
    }

    /// The names of all that is given about a function of any library.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Ident> {
        let any = [name(&self.symbol), name(&self.optional)].into_iter().flatten();
        any.chain(self.native_names()).chain(self.managed_names())
    }

    /// The names of what is given about a native function only.
    pub(crate) fn native_names(&self) -> impl Iterator<Item = &Ident> {
        [
            name(&self.ordinal),
            name(&self.abi),
            name(&self.check),
            name(&self.os_error),
            name(&self.free_with),
            name(&self.returns),
            name(&self.global),
            name(&self.encoding),
        ]
        .into_iter()
        .flatten()
    }

    /// The names of what is given about a managed method only.
    pub(crate) fn managed_names(&self) -> impl Iterator<Item = &Ident> {
        [name(&self.class), name(&self.constructor), name(&self.release)].into_iter().flatten()
    }
}

fn name<T>(said: &Spanned<T>) -> Option<&Ident> {
    said.as_ref().map(|(name, _)| name)
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
                "len_of" if own.len_of.is_some() => {
                    errors.at(name, "`#[len_of]` is given twice; name all arrays in one, as in `#[len_of(x, y)]`");
                }
                "len_of" => own.len_of = Some((name.clone(), errors.take(length_of(attr)).unwrap_or_default())),
                "out" => say(&mut own.out, name, Ok(errors.take(out(attr))), errors),
                "wide" => say(&mut own.encoding, name, nothing(attr).map(|()| Encoding::Wide), errors),
                "encoding" => say(&mut own.encoding, name, encoding(attr), errors),
                "abi" => say(&mut own.abi, name, text_argument(attr), errors),
                "registered" => say(&mut own.registered, name, nothing(attr), errors),
                "user_data" => {
                    let wanted = "expected the callbacks whose context this is; write `#[user_data(name)]`";
                    say(&mut own.user_data, name, names(attr, wanted), errors);
                }
                "closes" => say(&mut own.closes, name, nothing(attr), errors),
                "this" => say(&mut own.this, name, nothing(attr), errors),
                "allow" | "expect" | "warn" | "deny" => {}
                "cfg" | "cfg_attr" => {
                    errors.at(name, "a parameter is there on both sides or on none; put `#[cfg]` on the method");
                }
                _ => unknown_on_parameter(attr, errors),
            }
        }
        own
    }
}

fn unknown_on_parameter(attr: &Attribute, errors: &Errors) {
    let path = attr.path().to_token_stream().to_string().replace(' ', "");
    errors.at(attr.path(), format_args!("`#[{path}]` is not known here; a parameter takes {PARAMETER_ATTRIBUTES}"));
}

/// A time as in `"5s"`: a number and its unit.
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
            let wanted = "no time; write a number and a unit, as in \"500ms\", \"5s\", \"2min\", \"1h\"";
            Err(syn::Error::new(text.span(), wanted))
        }
    }
}

/// Puts down what an attribute says, once.
fn say<T>(place: &mut Spanned<T>, name: &Ident, value: syn::Result<T>, errors: &Errors) {
    let Some(value) = errors.take(value) else { return };
    match place {
        Some((earlier, _)) if earlier == name => errors.at(name, format_args!("`#[{name}]` is given twice; keep one")),
        Some((earlier, _)) => {
            errors.at(name, format_args!("`#[{name}]` contradicts `#[{earlier}]`; keep one"));
        }
        none => *none = Some((name.clone(), value)),
    }
}

/// Checks that an attribute is its name only.
fn nothing(attr: &Attribute) -> syn::Result<()> {
    match &attr.meta {
        Meta::Path(_) => Ok(()),
        meta => {
            let name = attr.path().to_token_stream();
            Err(syn::Error::new(meta.span(), format_args!("this attribute takes nothing; write `#[{name}]`")))
        }
    }
}

/// What stands in `#[name(…)]`.
fn argument<T: Parse>(attr: &Attribute, what: &str, example: &str) -> syn::Result<T> {
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
    if text.value().is_empty() {
        return Err(syn::Error::new(text.span(), "this is empty; leave the attribute out, or fill it in"));
    }
    Ok(text)
}

/// The encoding in `#[encoding(latin1)]`.
fn encoding(attr: &Attribute) -> syn::Result<Encoding> {
    let name: Ident = argument(attr, "the name of an encoding", "latin1")?;
    match name.to_string().as_str() {
        "utf8" => Ok(Encoding::Utf8),
        "latin1" => Ok(Encoding::Latin1),
        "ansi" => Ok(Encoding::Ansi),
        "wide" => Ok(Encoding::Wide),
        other => {
            let message = format!("`{other}` is no encoding; write one of `utf8`, `latin1`, `ansi`, `wide`");
            Err(syn::Error::new(name.span(), message))
        }
    }
}

/// The names in `#[len_of(x, y)]`.
pub(crate) fn length_of(attr: &Attribute) -> syn::Result<Vec<Ident>> {
    names(attr, "expected the parameters whose length this is; write `#[len_of(name)]`")
}

/// The names in `#[name(x, y)]`.
fn names(attr: &Attribute, wanted: &str) -> syn::Result<Vec<Ident>> {
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

/// The options in `#[out(cap = …, len = …)]`.
fn out(attr: &Attribute) -> syn::Result<Out> {
    match &attr.meta {
        Meta::Path(_) => Ok(Out::default()),
        _ => options(attr, "`#[out]`, `#[out(len = …)]` or `#[out(cap = …)]`"),
    }
}

/// The length in `#[returns(len = …)]`.
fn returned_length(attr: &Attribute) -> syn::Result<Expr> {
    let wanted = "`#[returns(len = …)]`";
    match options(attr, wanted)? {
        Out { len: Some(len), cap: None } => Ok(len),
        _ => Err(syn::Error::new(
            attr.meta.span(),
            format_args!("expected the length of what is returned; write {wanted}"),
        )),
    }
}

fn options(attr: &Attribute, wanted: &str) -> syn::Result<Out> {
    let mut out = Out::default();
    let message = || format!("expected a length or a capacity; write {wanted}");
    attr.parse_nested_meta(|meta| {
        let place = match () {
            () if meta.path.is_ident("len") => &mut out.len,
            () if meta.path.is_ident("cap") => &mut out.cap,
            () => return Err(syn::Error::new(meta.path.span(), message())),
        };
        *place = Some(meta.value()?.parse()?);
        Ok(())
    })?;
    match out {
        Out { len: None, cap: None } => Err(syn::Error::new(attr.path().span(), message())),
        out => Ok(out),
    }
}
