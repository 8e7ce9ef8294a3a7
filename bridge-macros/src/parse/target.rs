//! Parses what a method without a body calls.

use proc_macro2::Ident;
use syn::LitStr;

use super::kind::{pointer_length, release};
use crate::attributes::{Check, MethodAttributes};
use crate::errors::Errors;
use crate::model::{Form, LibraryPointer, Managed, Native, Symbol, Target};
use crate::names;
use crate::options::Options;
use crate::settings::{AbiNames, Encoding, TextFormat};

/// The function or managed method that a method calls, if it calls one.
pub(super) fn target(
    own: MethodAttributes,
    name: &Ident,
    has_body: bool,
    options: &Options,
    errors: &Errors,
) -> Option<Target> {
    match (&options.dotnet, &options.lib) {
        (Some(_), _) if !has_body => return Some(Target::Managed(managed(own, name, errors))),
        (_, Some(_)) if !has_body => return Some(Target::Native(Box::new(native(own, name, options, errors)))),
        _ => {}
    }
    for attribute in own.names() {
        let is_managed = own.managed_names().any(|name| name == attribute);
        let (what, option) = if is_managed { ("managed method", "dotnet") } else { ("native function", "lib") };
        let why =
            if has_body { "the method has a body".to_owned() } else { format!("the interface has no `{option}`") };
        // An option that could not be parsed may be `lib`.
        if !has_body && options.failed {
            continue;
        }
        errors.at(attribute, format_args!("`#[{attribute}]` is for a {what}, but {why}; remove it"));
    }
    None
}

/// The managed method that a method calls.
fn managed(own: MethodAttributes, name: &Ident, errors: &Errors) -> Managed {
    for attribute in own.native_names() {
        let message = "is for native functions, but the interface is of a .NET assembly; remove it";
        errors.at(attribute, format_args!("`#[{attribute}]` {message}"));
    }
    only_one(own.forms(), errors);
    let form = match (own.constructor, own.release, own.get, own.set) {
        (_, Some((release, ())), ..) => Form::Release(release),
        (Some((constructor, ())), ..) => Form::Constructor(constructor),
        (_, _, Some((get, ())), _) => Form::Get(get),
        (_, _, _, Some((set, ()))) => Form::Set(set),
        (None, None, None, None) => Form::Plain,
    };
    let own_name = || LitStr::new(&names::text(name), name.span());
    Managed {
        class: own.class.map(|(_, class)| class),
        name: own.symbol.map_or_else(own_name, |(_, symbol)| symbol),
        form,
        optional: own.optional.is_some(),
    }
}

/// Reports attributes of which a method can have only one.
fn only_one<'a>(mut attributes: impl Iterator<Item = &'a Ident>, errors: &Errors) {
    if let Some(first) = attributes.next() {
        for second in attributes {
            errors.at(second, format_args!("`#[{second}]` contradicts `#[{first}]`; keep one"));
        }
    }
}

/// Reports attributes that contradict each other about where a function is.
fn place(own: &MethodAttributes, errors: &Errors) {
    only_one(own.places(), errors);
    let named_at = own.address.as_ref().map(|(name, _)| name).or(own.entry.as_ref().map(|(name, _)| name));
    if let (Some((library, _)), Some(place)) = (&own.library, named_at) {
        errors.at(library, format_args!("`#[{place}]` says where the function is; remove `#[library]`"));
    }
}

/// The native function that a method calls.
fn native(own: MethodAttributes, name: &Ident, options: &Options, errors: &Errors) -> Native {
    for attribute in own.managed_names() {
        let message = "is for managed methods, but the interface is of a native library; remove it";
        errors.at(attribute, format_args!("`#[{attribute}]` {message}"));
    }
    place(&own, errors);
    if let (Some((os_error, _)), None) = (&own.os_error, &own.check) {
        errors.at(
            os_error,
            "the error number is read only after a failed check; add `#[check(…)]` with a condition over `ret`",
        );
    }
    let own_abi = own.abi.and_then(|(_, names)| errors.take(AbiNames::parse(&names))).unwrap_or_default();
    let abi = own_abi.or(options.abi());
    let symbol = match (own.symbol, own.ordinal, own.address, own.entry) {
        (Some((_, name)), ..) => Symbol::Name(name),
        (None, None, Some((_, address)), _) => Symbol::Address(address),
        (None, None, None, Some((_, entry))) => {
            if let Err(error) = entry.base10_parse::<u16>() {
                errors.at(&entry, format_args!("a table of functions has no such entry; {error}"));
            }
            Symbol::Entry(entry)
        }
        (None, Some((_, ordinal)), ..) => {
            if let Err(error) = ordinal.base10_parse::<u16>() {
                errors.at(&ordinal, format_args!("an ordinal has 16 bits; {error}"));
            }
            Symbol::Ordinal(ordinal)
        }
        (None, None, None, None) => Symbol::Name(LitStr::new(&names::text(name), name.span())),
    };
    let (check, check_text) = own.check.map(|(_, Check { condition, text })| (condition, text)).unzip();
    Native {
        symbol,
        library: own.library.map(|(_, library)| library),
        abi: abi.convention(),
        compiler: abi.compiler(),
        optional: own.optional.is_some(),
        check,
        check_text: check_text.flatten(),
        os_error: own.os_error.map(|(_, os_error)| os_error),
        on_error: own.on_error.map(|(_, value)| value),
        returned: LibraryPointer {
            element: None,
            length: own.returns.map(|(_, length)| pointer_length(length)),
            format: TextFormat {
                encoding: own.encoding.map_or(Encoding::Utf8, |(_, encoding)| encoding),
                is_multi: own.multi.is_some(),
            },
            free_with: own.free_with.and_then(|(_, free_with)| release(free_with, abi.convention(), errors)),
            is_const: true,
        },
        is_variable: own.global.is_some(),
    }
}
