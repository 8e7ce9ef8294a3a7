//! Parses what a method without a body calls.

use proc_macro2::Ident;
use syn::LitStr;

use crate::attributes::MethodAttributes;
use crate::errors::Errors;
use crate::model::{Form, Managed, Native, Symbol, Target};
use crate::names;
use crate::options::Options;
use crate::settings::{AbiNames, Encoding};

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
    let form = match (own.constructor, own.release) {
        (Some(_), Some((release, ()))) => {
            errors.at(&release, "`#[release]` contradicts `#[constructor]`; keep one");
            Form::Release(release)
        }
        (Some((constructor, ())), None) => Form::Constructor(constructor),
        (None, Some((release, ()))) => Form::Release(release),
        (None, None) => Form::Plain,
    };
    let own_name = || LitStr::new(&names::text(name), name.span());
    Managed {
        class: own.class.map(|(_, class)| class),
        name: own.symbol.map_or_else(own_name, |(_, symbol)| symbol),
        form,
        optional: own.optional.is_some(),
    }
}

/// The native function that a method calls.
fn native(own: MethodAttributes, name: &Ident, options: &Options, errors: &Errors) -> Native {
    for attribute in own.managed_names() {
        let message = "is for managed methods, but the interface is of a native library; remove it";
        errors.at(attribute, format_args!("`#[{attribute}]` {message}"));
    }
    if let (Some(_), Some((ordinal, _))) = (&own.symbol, &own.ordinal) {
        errors.at(ordinal, "`#[ordinal]` contradicts `#[symbol]`; keep one");
    }
    if let (Some((os_error, _)), None) = (&own.os_error, &own.check) {
        errors.at(
            os_error,
            "the error number is read only after a failed check; add `#[check(…)]` with a condition over `ret`",
        );
    }
    let own_abi = own.abi.and_then(|(_, names)| errors.take(AbiNames::parse(&names))).unwrap_or_default();
    let abi = own_abi.or(options.abi());
    let symbol = match (own.symbol, own.ordinal) {
        (Some((_, name)), _) => Symbol::Name(name),
        (None, Some((_, ordinal))) => {
            if let Err(error) = ordinal.base10_parse::<u16>() {
                errors.at(&ordinal, format_args!("an ordinal has 16 bits; {error}"));
            }
            Symbol::Ordinal(ordinal)
        }
        (None, None) => Symbol::Name(LitStr::new(&names::text(name), name.span())),
    };
    Native {
        symbol,
        abi: abi.convention(),
        compiler: abi.compiler(),
        optional: own.optional.is_some(),
        check: own.check.map(|(_, check)| check),
        os_error: own.os_error.map(|(_, os_error)| os_error),
        free_with: own.free_with.map(|(_, name)| name),
        returned_length: own.returns.map(|(_, length)| length),
        encoding: own.encoding.map_or(Encoding::Utf8, |(_, encoding)| encoding),
        is_variable: own.global.is_some(),
    }
}
