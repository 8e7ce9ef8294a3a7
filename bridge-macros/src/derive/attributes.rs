//! Parses the attributes of fields, and reports those that are elsewhere.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Expr, Meta};

use crate::attributes::{Out, Spanned, argument, encoding, names, no_arguments, options, store};
use crate::errors::Errors;
use crate::settings::Encoding;

/// The attributes of a field.
#[derive(Default)]
pub(super) struct FieldAttributes {
    /// `#[len_of(x, y)]`.
    pub(super) len_of: Spanned<Vec<Ident>>,
    /// The value of `#[len(…)]`: the number of elements.
    pub(super) elements: Spanned<Expr>,
    /// The value of `#[text(cap = …)]`: the number of code units, which are in the struct itself.
    pub(super) text: Spanned<Expr>,
    pub(super) encoding: Spanned<Encoding>,
    /// The value of `#[fixed(…)]`.
    pub(super) fixed: Spanned<Expr>,
}

/// The attributes that only fields have, and what they go before.
const OF_FIELDS: &[(&str, &str)] = &[
    ("len_of", "the field that holds the length of an array"),
    ("len", "a field of type `Vec<T>`"),
    ("text", "a field of type `String`"),
    ("wide", "a field of type `String`"),
    ("encoding", "a field of type `String`"),
    ("fixed", "the field whose value is fixed"),
];

impl FieldAttributes {
    pub(super) fn parse(attrs: &[Attribute], errors: &Errors) -> Self {
        let mut own = Self::default();
        for attr in attrs {
            let Some(name) = attr.path().get_ident() else { continue };
            match name.to_string().as_str() {
                "len_of" if own.len_of.is_some() => {
                    errors.at(name, "`#[len_of]` is given twice; name all arrays in one, as in `#[len_of(x, y)]`");
                }
                "len_of" => {
                    let wanted = "expected the fields whose length this is; write `#[len_of(name)]`";
                    own.len_of = Some((name.clone(), errors.take(names(attr, wanted)).unwrap_or_default()));
                }
                "len" => {
                    store(&mut own.elements, name, argument(attr, "a number of elements", "width * height"), errors);
                }
                "text" => store(&mut own.text, name, capacity(attr), errors),
                "wide" => store(&mut own.encoding, name, no_arguments(attr).map(|()| Encoding::Wide), errors),
                "encoding" => store(&mut own.encoding, name, encoding(attr), errors),
                "fixed" => store(&mut own.fixed, name, argument(attr, "a value", "size_of"), errors),
                "bridge" => no_options(attr, "a field", errors),
                _ => {}
            }
        }
        own
    }

    /// Reports the other attributes of a field whose value is computed, as `name` says.
    pub(super) fn no_others(&self, name: &Ident, errors: &Errors) {
        let others = [
            self.elements.as_ref().map(|(name, _)| name),
            self.text.as_ref().map(|(name, _)| name),
            self.encoding.as_ref().map(|(name, _)| name),
            self.fixed.as_ref().map(|(name, _)| name),
        ];
        for other in others.into_iter().flatten().filter(|other| *other != name) {
            errors.at(other, format_args!("`#[{other}]` contradicts `#[{name}]`; keep one"));
        }
    }
}

/// The capacity in `#[text(cap = …)]`.
fn capacity(attr: &Attribute) -> syn::Result<Expr> {
    let wanted = "expected a number of code units; write `#[text(cap = …)]`";
    match &attr.meta {
        Meta::List(_) => match options(attr, "`#[text(cap = …)]`")? {
            Out { cap: Some(cap), len: None, pointer: None } => Ok(cap),
            _ => Err(syn::Error::new_spanned(&attr.meta, wanted)),
        },
        _ => Err(syn::Error::new_spanned(attr.path(), wanted)),
    }
}

/// Reports the attributes of fields before something else, a variant or a whole type.
pub(super) fn no_field_attributes(attrs: &[Attribute], what: &str, errors: &Errors) {
    for attr in attrs {
        if let Some((name, place)) = OF_FIELDS.iter().find(|(name, _)| attr.path().is_ident(name)) {
            errors.at(attr.path(), format_args!("`#[{name}]` is not an attribute of {what}; put it before {place}"));
        }
    }
}

/// Reports options of a type before a field or a variant.
pub(super) fn no_options(attr: &Attribute, what: &str, errors: &Errors) {
    let mut tokens = match &attr.meta {
        Meta::List(list) => list.tokens.clone().into_iter(),
        _ => TokenStream::new().into_iter(),
    };
    let message = format!("{what} has no options; `size`, `pack` and `crate` are options of the whole type");
    match tokens.next() {
        Some(option) => errors.at(option, message),
        None => errors.at(attr.path(), message),
    }
}
