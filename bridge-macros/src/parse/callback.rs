//! Parses function pointers, which the library calls back.

use proc_macro2::Span;
use quote::format_ident;
use syn::{Ident, ReturnType, TypeFnPtr};

use super::kind::{kind, returns};
use crate::attributes::{Out, ParameterAttributes};
use crate::errors::Errors;
use crate::model::{Buffer, Callback, Callee, Kind, Parameter, Signature};
use crate::options::Options;
use crate::settings::{Abi, Encoding};
use crate::types;

/// How a function pointer crosses; `None` if so much is wrong that nothing more can be said of it. `has_c`: a native
/// function takes it.
pub(super) fn kind_of(
    function: &TypeFnPtr,
    is_optional: bool,
    own: ParameterAttributes,
    has_c: bool,
    options: &Options,
    errors: &Errors,
) -> Option<Kind> {
    let misplaced = [
        own.len_of.as_ref().map(|(name, _)| name),
        own.out.as_ref().map(|(name, _)| name),
        own.encoding.as_ref().map(|(name, _)| name),
        own.user_data.as_ref().map(|(name, _)| name),
        own.this.as_ref().map(|(name, ())| name),
    ];
    for name in misplaced.into_iter().flatten() {
        errors.at(name, format_args!("`#[{name}]` is not for a callback; leave it out, or put it inside the `fn(…)`"));
    }
    qualifiers(function, errors);
    let default = options.abi.as_ref().map_or(Abi::C, |(_, abi)| *abi);
    let abi = match &own.abi {
        Some((name, _)) if !has_c => {
            errors.at(name, "there is no native function here that would take the callback; leave `#[abi]` out");
            default
        }
        Some((_, text)) => errors.take(Abi::parse(text)).unwrap_or(default),
        None => default,
    };
    let mut parameters = Vec::new();
    for (place, input) in function.inputs.iter().enumerate() {
        let own = ParameterAttributes::parse(&input.attrs, errors);
        if types::function(&input.ty).is_some() {
            errors.at(&input.ty, "a callback takes no callbacks; take an `Address`");
            return None;
        }
        types::check_parameter(&input.ty, function.lifetimes.is_some(), errors);
        check_none(&own, errors);
        if let Some((closes, ())) = &own.closes {
            errors.at(closes, "a closure closes through the method that it calls; leave `#[closes]` out");
        }
        let name = match &input.name {
            Some((name, _)) if name != "_" => name.clone(),
            _ => format_ident!("argument_{}", place + 1, span = Span::mixed_site()),
        };
        parameters.push(Parameter {
            mutability: None,
            name,
            ty: input.ty.clone(),
            kind: Kind::Value,
            closes: None,
            this: None,
        });
        let lengths: Vec<Ident> = function.inputs.iter().flat_map(|input| lengths(&input.attrs)).collect();
        let parameter_kind = buffer(own, &input.ty, &parameters[place].name, &lengths, errors);
        parameters[place].kind = parameter_kind;
    }
    let returned = match &function.output {
        ReturnType::Type(_, ty) if has_c && (types::vec_element(ty).is_some() || types::is_named(ty, "Result")) => {
            errors.at(
                ty,
                "a callback returns a single value to C; return a number, or write `#[out]` before a parameter",
            );
            return None;
        }
        output => returns(output, errors)?,
    };
    let callee = if has_c { Callee::Closure } else { Callee::Rust };
    let signature = Signature { parameters, returns: returned, callee };
    Some(Kind::Callback(Box::new(Callback { signature, abi, is_optional, is_registered: own.registered.is_some() })))
}

/// As for a method's parameter; but a buffer that a closure fills has its capacity from C, often in its length.
fn buffer(own: ParameterAttributes, ty: &syn::Type, name: &Ident, lengths: &[Ident], errors: &Errors) -> Kind {
    let is_told = lengths.contains(name);
    let is_bare = matches!(&own.out, Some((_, Some(Out { cap: None, len: None }))));
    if is_told && is_bare && own.len_of.is_none() {
        let encoding = own.encoding.as_ref().map_or(Encoding::Utf8, |(_, encoding)| *encoding);
        let buffer = Buffer { capacity: None, length: None };
        if let Some(element) = types::vec_element(ty) {
            return Kind::ArrayBuffer(Box::new(element.clone()), buffer);
        }
        if types::is_named(ty, "String") {
            return Kind::TextBuffer(encoding, buffer);
        }
    }
    kind(own, ty, errors)
}

/// What an input's `#[len_of]` names, where it can be read; where not, that is reported elsewhere.
fn lengths(attrs: &[syn::Attribute]) -> Vec<Ident> {
    let is_length = |attr: &&syn::Attribute| attr.path().is_ident("len_of");
    attrs.iter().filter(is_length).flat_map(|attr| crate::attributes::length_of(attr).unwrap_or_default()).collect()
}

fn qualifiers(function: &TypeFnPtr, errors: &Errors) {
    if let Some(unsafety) = &function.unsafety {
        errors.at(unsafety, "a callback is a closure in Rust, which is safe to call; leave `unsafe` out");
    }
    if let Some(abi) = &function.abi {
        errors.at(abi, "the calling convention is an attribute here; write `#[abi(\"…\")]` before the parameter");
    }
    if let Some(variadic) = &function.variadic {
        errors.at(variadic.dots, "a callback has a fixed number of parameters; write them out");
    }
}

/// Reports what only a callback, or its context, can have.
pub(super) fn check_none(own: &ParameterAttributes, errors: &Errors) {
    for name in
        [own.abi.as_ref().map(|(name, _)| name), own.registered.as_ref().map(|(name, ())| name)].into_iter().flatten()
    {
        errors.at(name, format_args!("`#[{name}]` is about a callback; put it before a parameter of type `fn(…)`"));
    }
}
