//! Parses how a value is passed, from its type and attributes.

use proc_macro2::Ident;
use syn::{ReturnType, Type};

use crate::attributes::{LengthOf, Out, ParameterAttributes};
use crate::errors::Errors;
use crate::model::{Buffer, Kind, Length, Passing, Returns};
use crate::settings::Encoding;
use crate::types;

/// How a parameter is passed, by its type and attributes.
pub(super) fn kind(own: ParameterAttributes, ty: &Type, errors: &Errors) -> Kind {
    let encoding = own.encoding.as_ref().map_or(Encoding::Utf8, |(_, encoding)| *encoding);
    let kind = match (own.len_of, own.out) {
        _ if types::is_named(ty, "UserData") => {
            let of = own.user_data.as_ref().map(|(_, of)| of.clone());
            Kind::UserData(of.unwrap_or_default())
        }
        (Some((_, LengthOf { of, in_bytes })), out) => {
            if let Some((out, _)) = out {
                errors.at(out, "an output length is passed by `&mut`; remove `#[out]`");
            }
            match types::kind(ty, encoding) {
                Kind::Pointer(ty, passing) => Kind::Length(Length { of, in_bytes, ty, passing: Some(passing) }),
                _ => Kind::Length(Length { of, in_bytes, ty: Box::new(ty.clone()), passing: None }),
            }
        }
        (None, Some((name, Some(out)))) => out_kind(&name, out, ty, encoding, errors),
        (None, Some((_, None))) => Kind::Pointer(Box::new(ty.clone()), Passing::Out),
        (None, None) => types::kind(ty, encoding),
    };
    if let Some((name, ())) = &own.this {
        errors.at(name, "`#[this]` is for the object of a managed method; remove it");
    }
    if let Some((name, _)) = &own.user_data
        && !matches!(kind, Kind::UserData(_))
    {
        errors.at(name, "a context has the type `UserData`; write `#[user_data(…)] name: UserData`");
    }
    if let Some((name, _)) = &own.encoding
        && !matches!(kind, Kind::Text(_) | Kind::TextBuffer(..))
    {
        errors.at(name, format_args!("`#[{name}]` is for text; put it before a `&str`, or remove it"));
    }
    kind
}

/// How a parameter with `#[out]` is passed.
fn out_kind(name: &Ident, out: Out, ty: &Type, encoding: Encoding, errors: &Errors) -> Kind {
    let Out { cap, len } = out;
    let is_exact = cap.is_none();
    let buffer = cap.or_else(|| len.clone()).map(|capacity| Buffer { capacity: Some(capacity), length: len, is_exact });
    match (types::vec_element(ty), types::is_named(ty, "String"), buffer) {
        (Some(element), _, Some(buffer)) => Kind::ArrayBuffer(Box::new(element.clone()), buffer),
        (None, true, Some(buffer)) => Kind::TextBuffer(encoding, buffer),
        (Some(_), _, None) => {
            errors.at(name, "the size of the buffer is unknown; write `#[out(len = …)]` or `#[out(cap = …)]`");
            Kind::Pointer(Box::new(ty.clone()), Passing::Out)
        }
        (None, true, None) => {
            errors.at(name, "the size of the buffer is unknown; write `#[out(cap = …)]`");
            Kind::Pointer(Box::new(ty.clone()), Passing::Out)
        }
        (None, false, Some(_)) => {
            errors.at(name, "a length or capacity is for `Vec<T>` and `String`; write `#[out]`");
            Kind::Pointer(Box::new(ty.clone()), Passing::Out)
        }
        (None, false, None) => {
            if types::is_reference(ty) {
                errors.at(ty, "an output parameter is returned by value; write the type without `&`");
            }
            Kind::Pointer(Box::new(ty.clone()), Passing::Out)
        }
    }
}

/// What a function returns; `None` if its errors leave nothing to check.
pub(super) fn returns(output: &ReturnType, errors: &Errors) -> Option<Returns> {
    let ReturnType::Type(_, ty) = output else { return Some(Returns::Nothing) };
    types::check_returned(ty, errors);
    let returns = types::returns(ty);
    if returns.is_none() {
        let message = "the macro cannot see the error type; write `Result<T, E>` with both types";
        errors.at(types::last_name(ty), message);
    }
    returns
}
