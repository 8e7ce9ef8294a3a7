//! Parses function pointers, which the library calls back.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Expr, Ident, ReturnType, TraitItemFn, TypeFnPtr};

use super::kind::{kind, returns};
use crate::attributes::{MethodAttributes, Out, ParameterAttributes};
use crate::errors::Errors;
use crate::model::{Buffer, Callback, Callee, Kind, Parameter, Passing, Returns, Signature};
use crate::names;
use crate::options::Options;
use crate::settings::{AbiNames, Encoding, TextFormat};
use crate::syntax::is_until_null;
use crate::types;

/// How a function pointer is passed; `None` if its errors leave nothing to check. With `has_c`, a native function takes it.
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
        errors.at(
            name,
            format_args!("`#[{name}]` does not apply to a callback; remove it, or put it inside the `fn(…)`"),
        );
    }
    qualifiers(function, errors);
    let default = options.abi();
    let abi = match &own.abi {
        Some((name, _)) if !has_c => {
            errors.at(name, "no native function takes this callback; remove `#[abi]`");
            default
        }
        Some((_, names)) => errors.take(AbiNames::parse(names)).unwrap_or_default().or(default),
        None => default,
    };
    let on_error = own.on_error.and_then(|(name, value)| match (has_c, &function.output) {
        (false, _) => {
            errors.at(&name, "no native function takes this callback; remove `#[on_error]`");
            None
        }
        (true, ReturnType::Default) => {
            errors.at(&name, "the closure returns nothing that the library could get; remove `#[on_error]`");
            None
        }
        _ => Some(value),
    });
    let callee = if has_c { Callee::Closure } else { Callee::Rust };
    let lengths: Vec<Ident> = function.inputs.iter().flat_map(|input| lengths(&input.attrs)).collect();
    let mut parameters = Vec::new();
    for (place, input) in function.inputs.iter().enumerate() {
        let own = ParameterAttributes::parse(&input.attrs, errors);
        if types::function(&input.ty).is_some() {
            errors.at(&input.ty, "a callback cannot take callbacks; use an `Address`");
            return None;
        }
        types::check_parameter(&input.ty, callee, function.lifetimes.is_some(), errors);
        check_none(&own, errors);
        let elements = own.elements.clone();
        if let Some((fixed, _)) = &own.fixed {
            errors.at(fixed, "the library passes this argument; remove `#[fixed]`");
        }
        if let Some((closes, _)) = &own.closes {
            errors
                .at(closes, "a callback cannot close a handle; remove `#[closes]`, and call the method that closes it");
        }
        let name = match &input.name {
            Some((name, _)) if name != "_" => name.clone(),
            _ => unnamed(place, &lengths),
        };
        parameters.push(Parameter {
            mutability: None,
            name,
            ty: input.ty.clone(),
            kind: Kind::Value,
            is_nullable: types::is_nullable(&input.ty),
            elements: None,
            fixed: None,
            closes: None,
            this: None,
        });
        let parameter_kind = buffer(own, &input.ty, &parameters[place].name, &lengths, options, errors);
        parameters[place].elements =
            elements.and_then(|(name, elements)| until_null(&name, elements, &parameter_kind, errors));
        parameters[place].kind = parameter_kind;
    }
    let returned = match &function.output {
        ReturnType::Type(_, ty)
            if has_c
                && (types::array(ty).is_some()
                    || !matches!(types::returns(ty), Some(Returns::Nothing | Returns::Value(_)))) =>
        {
            errors.at(ty, "a callback returns a single C value; return a number, or write `#[out]` before a parameter");
            return None;
        }
        output => returns(output, errors)?,
    };
    let signature = Signature { parameters, returns: returned, callee, makes_callback: false };
    Some(Kind::Callback(Box::new(Callback {
        signature,
        abi: abi.convention(),
        compiler: abi.compiler(),
        is_optional,
        is_registered: own.registered.is_some(),
        on_error,
    })))
}

/// The method that `#[callback]` declares: it takes a closure of this type, and makes a C function of it. `None` if its errors leave
/// nothing to check.
pub(super) fn method(
    item: &TraitItemFn,
    own: MethodAttributes,
    options: &Options,
    errors: &Errors,
) -> Option<Signature> {
    let syn::Signature { ident: name, inputs, output, .. } = &item.sig;
    if let Some(body) = &item.default {
        errors.at(body, "a callback has no body; pass a closure to the method of its name");
    }
    if options.lib.is_none() && !options.failed {
        errors.at(
            name,
            "a C function is made in the server for a native library, but the interface has no `lib`; add `lib`",
        );
    }
    if let Some(receiver) = item.sig.receiver() {
        errors.at(receiver, "a callback is the type of a C function, which has no `self`; remove it");
        return None;
    }
    let not_of_callbacks = |attribute: &&Ident| !matches!(attribute.to_string().as_str(), "abi" | "on_error");
    for attribute in own.names().filter(not_of_callbacks) {
        errors.at(
            attribute,
            format_args!("a callback is not called in the library, so it has no `#[{attribute}]`; remove it"),
        );
    }
    let function: TypeFnPtr = errors.take(syn::parse2(quote!(fn(#inputs) #output)))?;
    let registered = Some((Ident::new("registered", name.span()), ()));
    let own =
        ParameterAttributes { abi: own.abi, on_error: own.on_error, registered, ..ParameterAttributes::default() };
    let kind = kind_of(&function, false, own, true, options, errors)?;
    let parameter = |name, ty: TokenStream, kind| {
        let ty = errors.take(syn::parse2(ty))?;
        Some(Parameter {
            mutability: None,
            name,
            ty,
            kind,
            is_nullable: false,
            elements: None,
            fixed: None,
            closes: None,
            this: None,
        })
    };
    let krate = options.krate();
    let has_context = matches!(&kind, Kind::Callback(callback) if callback.signature.parameters.iter().any(|parameter| matches!(parameter.kind, Kind::UserData(_))));
    let closure = parameter(name.clone(), function.to_token_stream(), kind)?;
    let context = match has_context {
        true => Some(parameter(names::local("context"), quote!(#krate::UserData), Kind::UserData(Vec::new()))?),
        false => None,
    };
    let returns =
        Returns::Value(Box::new(errors.take(syn::parse2(quote!(#krate::__private::native::CallbackAddresses)))?));
    let parameters = [closure].into_iter().chain(context).collect();
    Some(Signature { parameters, returns, callee: Callee::Rust, makes_callback: true })
}

/// The `until_null` in `#[len(until_null)]`, for a list that C passes to a closure.
fn until_null(name: &Ident, elements: Expr, kind: &Kind, errors: &Errors) -> Option<Expr> {
    match kind {
        _ if !is_until_null(&elements) => {
            let remedy = "name the length that C passes with `#[len_of(…)]`, or write `#[len(until_null)]`";
            errors.at(name, format_args!("`#[len]` is for a slice that the caller passes; {remedy}"));
            None
        }
        Kind::Array(_, Passing::In) => Some(elements),
        Kind::Array(..) => {
            errors.at(name, "a list that a null element ends cannot be changed; write `&[T]`");
            Some(elements)
        }
        Kind::TextList(_) => {
            errors.at(name, "a list of texts ends with a null pointer anyway; remove `#[len(until_null)]`");
            None
        }
        _ => {
            errors.at(name, "`#[len(until_null)]` is for lists; put it before a `&[T]`, or remove it");
            None
        }
    }
}

/// The name of an unnamed parameter: `argument_1` for the first, as errors and lengths call it.
fn unnamed(place: usize, lengths: &[Ident]) -> Ident {
    let name = format!("argument_{}", place + 1);
    let named_by_length = lengths.iter().find(|length| **length == name);
    named_by_length.cloned().unwrap_or_else(|| names::local(&name))
}

/// How a callback's parameter is passed. Unlike a method's, a buffer may have its capacity in its length parameter.
fn buffer(
    own: ParameterAttributes,
    ty: &syn::Type,
    name: &Ident,
    lengths: &[Ident],
    options: &Options,
    errors: &Errors,
) -> Kind {
    let has_length = lengths.contains(name);
    let is_bare = matches!(&own.out, Some((_, Some(Out { cap: None, len: None, pointer: None }))));
    if has_length && is_bare && own.len_of.is_none() {
        let encoding = own.encoding.as_ref().map_or(Encoding::Utf8, |(_, encoding)| *encoding);
        let buffer = Buffer { capacity: None, length: None, is_exact: false };
        if let Some(element) = types::vec_element(ty) {
            return Kind::ArrayBuffer(Box::new(element.clone()), buffer);
        }
        if types::is_named(ty, "String") {
            return Kind::TextBuffer(TextFormat { encoding, is_multi: false }, buffer);
        }
    }
    kind(own, ty, options, errors)
}

/// The names in an input's `#[len_of]`. Parse errors are reported elsewhere.
fn lengths(attrs: &[syn::Attribute]) -> Vec<Ident> {
    let is_length = |attr: &&syn::Attribute| attr.path().is_ident("len_of") || attr.path().is_ident("bytes_of");
    attrs.iter().filter(is_length).flat_map(|attr| crate::attributes::length_of(attr).unwrap_or_default()).collect()
}

fn qualifiers(function: &TypeFnPtr, errors: &Errors) {
    if let Some(unsafety) = &function.unsafety {
        errors.at(unsafety, "a callback is a closure, which is safe to call; remove `unsafe`");
    }
    if let Some(abi) = &function.abi {
        errors.at(abi, "a calling convention is given as an attribute; write `#[abi(\"…\")]` before the parameter");
    }
    if let Some(variadic) = &function.variadic {
        errors.at(variadic.dots, "a callback cannot be variadic; declare its parameters");
    }
}

/// Reports attributes that only callbacks can have.
pub(super) fn check_none(own: &ParameterAttributes, errors: &Errors) {
    let of_callbacks = [
        own.abi.as_ref().map(|(name, _)| name),
        own.registered.as_ref().map(|(name, ())| name),
        own.on_error.as_ref().map(|(name, _)| name),
    ];
    for name in of_callbacks.into_iter().flatten() {
        errors.at(name, format_args!("`#[{name}]` is for callbacks; put it before a parameter of type `fn(…)`"));
    }
}
