//! Parses how a value is passed, from its type and attributes.

use proc_macro2::Ident;
use quote::ToTokens as _;
use syn::{Expr, ReturnType, Type};

use crate::attributes::{FreeWith, LengthOf, Out, ParameterAttributes};
use crate::errors::Errors;
use crate::model::{Buffer, Kind, Length, LibraryPointer, Passing, PointerLength, Release, Returns};
use crate::options::Options;
use crate::settings::{Abi, AbiNames, Encoding, TextFormat};
use crate::syntax::is_until_null;
use crate::types;

/// How a parameter is passed, by its type and attributes.
pub(super) fn kind(mut own: ParameterAttributes, ty: &Type, options: &Options, errors: &Errors) -> Kind {
    let (free_with, multi) = (own.free_with.take(), own.multi.take());
    let free_attribute = free_with.as_ref().map(|(name, _)| name.clone());
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
        (None, Some((name, Some(out)))) => {
            let format = TextFormat { encoding, is_multi: multi.is_some() };
            let release = free_with.and_then(|(_, free_with)| release(free_with, options.abi().convention(), errors));
            out_kind(&name, out, ty, format, release, errors)
        }
        (None, Some((_, None))) => Kind::Pointer(Box::new(ty.clone()), Passing::Out),
        (None, None) => match types::kind(ty, encoding) {
            Kind::TextList(format) => Kind::TextList(TextFormat { is_multi: multi.is_some(), ..format }),
            kind => kind,
        },
    };
    if let Some(name) = free_attribute
        && !matches!(kind, Kind::LibraryPointer(_))
    {
        errors.at(name, "only a pointer that the library stores is given back; write `#[out(pointer)]`, too, or remove `#[free_with]`");
    }
    if let Some((name, ())) = &multi
        && !matches!(&kind, Kind::TextList(_) | Kind::TextBuffer(..) | Kind::LibraryPointer(_))
    {
        errors.at(
            name,
            "`#[multi]` is for several texts; write it before a `&[&str]` or an `#[out(…)] Vec<String>`, or remove it",
        );
    }
    if let Some((name, ())) = &own.this {
        errors.at(name, "`#[this]` is for the object of a managed method; remove it");
    }
    if let Some((name, _)) = &own.user_data
        && !matches!(kind, Kind::UserData(_))
    {
        errors.at(name, "a context has the type `UserData`; write `#[user_data(…)] name: UserData`");
    }
    if let Some((name, _)) = &own.encoding
        && !matches!(kind, Kind::Text(_) | Kind::TextList(_) | Kind::TextBuffer(..) | Kind::LibraryPointer(_))
    {
        errors.at(name, format_args!("`#[{name}]` is for text; put it before a `&str`, or remove it"));
    }
    kind
}

/// How a parameter with `#[out]` is passed.
fn out_kind(
    name: &Ident,
    out: Out,
    ty: &Type,
    format: TextFormat,
    free_with: Option<Release>,
    errors: &Errors,
) -> Kind {
    let Out { pointer, cap, len } = out;
    if let Some(pointer) = pointer {
        if let Some(cap) = cap {
            errors.at(cap, "the memory is the library's, and has no capacity; remove `cap`");
        }
        let pointer_to = LibraryPointer {
            element: types::vec_element(ty).cloned().map(Box::new),
            length: len.map(pointer_length),
            format,
            free_with,
            is_const: false,
        };
        library_pointer(&pointer, ty, &pointer_to, errors);
        return Kind::LibraryPointer(Box::new(pointer_to));
    }
    let is_exact = cap.is_none();
    let buffer = cap.or_else(|| len.clone()).map(|capacity| Buffer { capacity: Some(capacity), length: len, is_exact });
    match (types::vec_element(ty), types::is_named(ty, "String"), buffer) {
        (Some(_), _, Some(buffer)) if format.is_multi => Kind::TextBuffer(format, buffer),
        (Some(element), _, Some(buffer)) => Kind::ArrayBuffer(Box::new(element.clone()), buffer),
        (None, true, Some(buffer)) => Kind::TextBuffer(format, buffer),
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
            if types::is_slice_reference(ty) {
                errors.at(ty, "an output array is returned as a `Vec<T>`; write `#[out(cap = …)] name: Vec<T>`");
            } else if types::is_reference(ty) {
                errors.at(ty, "an output parameter is returned by value; write the type without `&`");
            }
            Kind::Pointer(Box::new(ty.clone()), Passing::Out)
        }
    }
}

/// The number of elements at a pointer.
pub(super) fn pointer_length(length: Expr) -> PointerLength {
    match types::plain_name(&length) {
        Some(name) if is_until_null(&length) => PointerLength::UntilNull(name),
        _ => PointerLength::Elements(length),
    }
}

/// The function that frees a pointer. In another library it is a function of the system's, unless the interface says otherwise.
pub(super) fn release(free_with: FreeWith, own_abi: Abi, errors: &Errors) -> Option<Release> {
    let FreeWith { library, function, abi } = free_with;
    let default = if library.is_some() { Abi::System } else { own_abi };
    let abi = match abi {
        Some(abi) => errors.take(AbiNames::parse(&[abi]))?.convention.unwrap_or(default),
        None => default,
    };
    Some(Release { library, function, abi })
}

/// Checks that the target of a pointer can be copied. `at` is what to report.
pub(super) fn library_pointer(at: &Ident, ty: &Type, pointer: &LibraryPointer, errors: &Errors) {
    let LibraryPointer { length, format, .. } = pointer;
    let length_at = match length {
        Some(PointerLength::UntilNull(name)) => Some(name.to_token_stream()),
        Some(PointerLength::Elements(expr)) => Some(expr.to_token_stream()),
        None => None,
    };
    match (types::vec_element(ty), length_at) {
        (Some(element), _) if format.is_multi && !types::is_named(element, "String") => {
            errors.at(element, "`#[multi]` is a list of texts; write `Vec<String>`");
        }
        (Some(_), Some(length)) if format.is_multi => {
            errors.at(length, "texts with `#[multi]` end by themselves; remove the length");
        }
        (Some(_), None) if !format.is_multi => {
            errors.at(
                at,
                "the number of elements is unknown; add `len = …`, or `len = until_null` if a null element ends them",
            );
        }
        (None, _) if types::array(ty).is_some() => {
            errors.at(ty, "memory of the library's is copied to a vector; write `Vec<T>`, and its length in `len = …`");
        }
        (None, Some(length)) => errors.at(length, "a length is for `Vec<T>`; remove it"),
        (None, None) if format.is_multi => errors.at(ty, "`#[multi]` is a list of texts; write `Vec<String>`"),
        _ => {}
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
